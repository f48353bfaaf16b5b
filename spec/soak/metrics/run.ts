import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DaemonWorld, IDENTIFIER } from '../../support/daemon-world.ts';
import { Load } from '../kit/load.ts';
import type { Failure, LoadResult } from '../kit/load-protocol.ts';
import { type Measured, measure } from '../kit/quantiles.ts';
import { Prometheus } from './prometheus.ts';
import { endpoints, shopText } from './shop.ts';
import { freePort } from '../../support/ports.ts';

const RULES = join(
  import.meta.dirname,
  '..',
  '..',
  '..',
  '..',
  'packaging/prometheus/vili.rules.yml',
);
const WARM_UP_MS = 20_000;
/** Scrapes begin and end about that long after they were asked for. */
const SETTLE_MS = 3000;
const MAX_IN_FLIGHT = 1000;
const RESPONSE_LIMIT_MS = 10_000;

export interface MetricsOptions {
  readonly ratePerSecond: number;
  readonly endpoints: number;
  /** With scrapes and without, turn by turn, of that length each. */
  readonly pairs: number;
  readonly secondsEach: number;
  readonly intervalSeconds: number;
}

export interface MetricsRun {
  readonly pairs: readonly { readonly scraped: Measured; readonly alone: Measured }[];
  readonly failures: readonly Failure[];
  readonly scrapes: number;
  readonly failedScrapes: number;
  readonly series: number;
  readonly scrapeMs: { readonly median: number; readonly p95: number; readonly max: number };
  /** How late the main thread was at most, as it tells itself, and in most minutes. */
  readonly heldMs: { readonly median: number; readonly max: number };
  /** Endpoints that Vili distinguishes. */
  readonly endpoints: number;
  readonly brokenRules: readonly string[];
  readonly firing: readonly string[];
}

/** A test goes on under users while Prometheus scrapes Vili for a while, and for a while does not. */
export async function runMetrics(options: MetricsOptions): Promise<MetricsRun> {
  const admin = `127.0.0.1:${await freePort()}`;
  const world = await DaemonWorld.create({
    readiness_path: '',
    admin_listen: admin,
    // The test shall not end.
    verdict_mode: 'manual',
    verdict_min_time: '10h',
  });
  let load: Load | null = null;
  let prometheus: Prometheus | null = null;
  try {
    await startTest(world);
    const folder = join(world.base, 'prometheus');
    await mkdir(folder);
    prometheus = await Prometheus.start(folder, options.intervalSeconds, RULES);
    load = await Load.start({
      port: world.port,
      ratePerSecond: options.ratePerSecond,
      shapes: endpoints(options.endpoints),
      newConnectionEvery: 0,
      timeoutMs: RESPONSE_LIMIT_MS,
      maxInFlight: MAX_IN_FLIGHT,
    });
    load.phase('warm-up');
    await sleep(WARM_UP_MS);
    for (let pair = 0; pair < options.pairs; pair++) {
      // Whichever is first has the colder caches.
      for (const isScraped of pair % 2 === 0 ? [true, false] : [false, true]) {
        await prometheus.scrape(isScraped ? [admin] : []);
        load.phase('between');
        await sleep(SETTLE_MS);
        load.phase(nameOf(pair, isScraped));
        await sleep(options.secondsEach * 1000);
      }
    }
    await prometheus.scrape([admin]);
    const result = await load.finish();
    const seen = { ...(await scraped(prometheus)), endpoints: await endpointsIn(world) };
    return { ...seen, ...pairsOf(result, options.pairs) };
  } finally {
    load?.kill();
    await prometheus?.end();
    await world.end();
  }
}

// Private

async function startTest(world: DaemonWorld): Promise<void> {
  const daemon = world.start();
  await world.arrive(`${IDENTIFIER}-1.0.0.mjs`, shopText('1.0.0'));
  await daemon.serving(`${IDENTIFIER}-1.0.0`);
  await world.arrive(`${IDENTIFIER}-1.0.1.mjs`, shopText('1.0.1'));
  await daemon.testing(`${IDENTIFIER}-1.0.1`);
}

function nameOf(pair: number, isScraped: boolean): string {
  return `${isScraped ? 'scraped' : 'alone'} ${pair}`;
}

function pairsOf(result: LoadResult, count: number): Pick<MetricsRun, 'pairs' | 'failures'> {
  const pairs = Array.from({ length: count }, (_, pair) => ({
    scraped: measure(result, (phase) => phase === nameOf(pair, true)),
    alone: measure(result, (phase) => phase === nameOf(pair, false)),
  }));
  return { pairs, failures: result.failures };
}

async function scraped(
  prometheus: Prometheus,
): Promise<Omit<MetricsRun, 'pairs' | 'failures' | 'endpoints'>> {
  const of = (text: string): Promise<number> => prometheus.query(text);
  const durations = 'scrape_duration_seconds{job="vili"}[1d]';
  const ms = async (share: number): Promise<number> =>
    1000 * (await of(`quantile_over_time(${share}, ${durations})`));
  const latest = 'vili_event_loop_delay_seconds{job="vili",statistic="max"}[1d]';
  const held = async (share: number): Promise<number> =>
    1000 * (await of(`quantile_over_time(${share}, ${latest})`));
  const { broken, firing } = await prometheus.rules();
  return {
    scrapes: await of('count_over_time(up{job="vili"}[1d])'),
    failedScrapes: await of(
      'count_over_time(up{job="vili"}[1d]) - sum_over_time(up{job="vili"}[1d])',
    ),
    series: await of('max_over_time(scrape_samples_scraped{job="vili"}[1d])'),
    scrapeMs: { median: await ms(0.5), p95: await ms(0.95), max: await ms(1) },
    heldMs: { median: await held(0.5), max: await held(1) },
    brokenRules: broken,
    firing,
  };
}

/** Of the checkpoint of the evidence. */
async function endpointsIn(world: DaemonWorld): Promise<number> {
  const file = join(world.base, '.vili', 'evidence', `${IDENTIFIER}-1.0.1.json`);
  const saved = JSON.parse(await readFile(file, 'utf8')) as { data?: Saved } & Saved;
  return (saved.data ?? saved).coverage?.compared?.length ?? 0;
}

interface Saved {
  readonly coverage?: { readonly compared?: readonly string[] };
}
