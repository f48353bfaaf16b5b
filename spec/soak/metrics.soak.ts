import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { type Bar, printBars } from '../bench/proxy/report.ts';
import { median } from '../bench/proxy/rounds.ts';
import type { Measured } from './kit/quantiles.ts';
import { Prometheus } from './metrics/prometheus.ts';
import { runMetrics } from './metrics/run.ts';

/**
 * Prometheus scrapes Vili during a test, under users of many endpoints, and beside it for as long does not:
 * `npm run soak:metrics -- [--minutes 10] [--rate 500] [--endpoints 500] [--interval 5]`
 * It needs Debian's package `prometheus`.
 */
const SECONDS_EACH = 30;
const SERIES_MAX = 2000;
const SCRAPE_MAX_MS = 20;
/** What runs of the same differ by, on a host that measures, serves and scrapes. */
const P99_MORE_MAX_MS = 0.5;
const P99_RATIO_MAX = 1.15;
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    rate: { type: 'string', default: '500' },
    endpoints: { type: 'string', default: '500' },
    interval: { type: 'string', default: '5' },
  },
});
if (!Prometheus.isInstalled()) {
  process.stdout.write('Prometheus is not installed: apt-get install prometheus\n');
  process.exit(1);
}
const pairs = Math.max(1, Math.round((Number(values.minutes) * 60) / (2 * SECONDS_EACH)));
const run = await runMetrics({
  ratePerSecond: Number(values.rate),
  endpoints: Number(values.endpoints),
  pairs,
  secondsEach: SECONDS_EACH,
  intervalSeconds: Number(values.interval),
});
const rows = run.pairs.flatMap(({ scraped, alone }, index) => [
  [`${index + 1} scraped`, shown(scraped)],
  [`${index + 1} alone`, shown(alone)],
]);
console.table(Object.fromEntries(rows));
const { median: scrapeMs, p95, max } = run.scrapeMs;
process.stdout.write(
  `${run.scrapes} scrapes of ${run.series} series: ${ms(scrapeMs)} in the median, ${ms(p95)} p95, ${ms(max)} at most; ` +
    `the main thread was held for ${ms(run.heldMs.max)} at most, ${ms(run.heldMs.median)} at most in a usual minute; ` +
    `alerts that fire: ${run.firing.join(', ') || 'none'}; load of the host ${loadavg().map(Math.round).join(' ')}\n`,
);
for (const { phase, request, problem } of run.failures.slice(0, 10)) {
  process.stdout.write(`failed, ${phase}: ${request}: ${problem}\n`);
}
const [alone, scraped] = [
  median(run.pairs.map((pair) => pair.alone.p99Ms)),
  median(run.pairs.map((pair) => pair.scraped.p99Ms)),
];
const failed = run.pairs.reduce((sum, pair) => sum + pair.alone.failed + pair.scraped.failed, 0);
const bars: Bar[] = [
  {
    text: 'endpoints that Vili distinguishes',
    value: run.endpoints,
    least: 0.95 * Number(values.endpoints),
  },
  { text: 'series of a scrape', value: run.series, most: SERIES_MAX },
  { text: 'ms of a scrape, 95th percentile', value: p95, most: SCRAPE_MAX_MS },
  { text: 'scrapes that failed', value: run.failedScrapes, most: 0 },
  { text: 'rules that could not be evaluated', value: run.brokenRules.length, most: 0 },
  { text: 'requests of users that failed', value: failed, most: 0 },
  {
    text: 'ms at p99 of users while Vili is scraped, median',
    value: scraped,
    most: Math.max(alone * P99_RATIO_MAX, alone + P99_MORE_MAX_MS),
  },
];
if (!printBars(bars)) process.exitCode = 1;

// Private

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}

function shown({ requests, failed, p50Ms, p99Ms, maxMs }: Measured): Record<string, number> {
  const round = (value: number): number => Number(value.toFixed(2));
  return {
    requests,
    failed,
    'p50 ms': round(p50Ms),
    'p99 ms': round(p99Ms),
    'max ms': round(maxMs),
  };
}
