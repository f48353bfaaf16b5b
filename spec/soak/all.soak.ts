import { parseArgs } from 'node:util';
import { printBars } from '../bench/proxy/report.ts';
import { VERSION_EVERY_MS } from './all/plan.ts';
import { runSoak } from './all/run.ts';
import { type FitPoint, lineThrough } from './kit/line-fit.ts';

/**
 * Everything at once: users at a steady rate, a new version every 20 s, good and bad mixed, servlets killed and stopped, Vili and its
 * launcher stopped, logs flooded, the disk full, and an upgrade of Vili each minute:
 * `npm run soak -- [--minutes 20] [--rate 60] [--seed N] [--show] [--logs FOLDER]`
 * `--logs` keeps Vili's own log there.
 */
const MIB = 1024 ** 2;
const GROWTH_MAX_MIB = 32;
const FILES_MAX = 20;
const FAILURES_SHOWN = 100;
/** Of the good versions; the others came while the disk was full, or gave way to the next one. */
const PROMOTED_SHARE = 0.5;
/** Of the upgrades; there may be no room for one. */
const UPGRADED_SHARE = 0.8;
const SEED_MAX = 2 ** 31;
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    /** Requests per second. */
    rate: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % SEED_MAX) },
    show: { type: 'boolean', default: false },
    logs: { type: 'string' },
  },
});
const minutes = Number(values.minutes);
const print = (line: string): void => void process.stdout.write(`${line}\n`);
print(`seed ${values.seed}`);
const run = await runSoak({
  minutes,
  seed: Number(values.seed),
  ratePerSecond: Number(values.rate),
  logsTo: values.logs ?? null,
  onLine: (line) => {
    if (values.show) print(line);
  },
});
console.table(
  run.fates.map(({ name, fault, events, reasons }) => {
    return { name, fault, became: events.join(', '), why: reasons.at(-1)?.slice(0, 80) };
  }),
);
console.table(Object.fromEntries([...run.counts].map(([name, times]) => [name, { times }])));
if (run.noDisk !== null) print(`the disk was never full: ${run.noDisk}`);
for (const problem of [...run.problems, ...run.wrong]) print(`PROBLEM ${problem}`);
for (const [version, times] of run.strangers) print(`PROBLEM users met ${version}, ${times} times`);
for (const { request, problem, fromMs, untilMs } of run.failures.slice(0, FAILURES_SHOWN)) {
  const [from, until] = [fromMs, untilMs].map((ms) => new Date(ms).toISOString());
  print(`failed: ${request}, ${from} to ${until}: ${problem}`);
}
for (const left of [...run.leftProcesses, ...run.leftFiles]) print(`left: ${left}`);
const growth = {
  'MiB of Vili': growthOf('MiB of Vili', run.watch.vili.bytes, MIB),
  'files that Vili has open': growthOf('files that Vili has open', run.watch.vili.files),
  'MiB of its launcher': growthOf('MiB of its launcher', run.watch.launcher.bytes, MIB),
  'files that its launcher has open': growthOf(
    'files that its launcher has open',
    run.watch.launcher.files,
  ),
};
print(
  `${run.users.requests} requests, slowest response ${run.users.maxMs.toFixed(0)} ms; ` +
    `${run.excused} failed in flight on a killed servlet; seed ${values.seed}`,
);
const versions = Math.floor((minutes * 60_000) / VERSION_EVERY_MS);
const upgrades = Math.floor(minutes);
const good = run.fates.filter(({ fault }) => fault === 'none');
const promoted = good.filter(({ events }) => events.includes('promoted')).length;
const strangers = [...run.strangers.values()].reduce((sum, times) => sum + times, 0);
const bars = [
  { text: 'versions', value: run.counts.get('version') ?? 0, least: versions },
  {
    text: 'good versions that were promoted',
    value: promoted,
    least: good.length * PROMOTED_SHARE,
  },
  {
    text: 'upgrades of Vili',
    value: run.counts.get('upgrade') ?? 0,
    least: upgrades * UPGRADED_SHARE,
  },
  {
    text: 'failed requests, apart from those in flight on a killed servlet',
    value: run.failures.length,
    most: 0,
  },
  { text: 'wrong verdicts', value: run.wrong.length, most: 0 },
  { text: 'responses of bad versions', value: strangers, most: 0 },
  { text: 'other problems', value: run.problems.length, most: 0 },
  ...Object.entries(growth).map(([text, value]) => {
    const most = text.startsWith('MiB') ? GROWTH_MAX_MIB : FILES_MAX;
    return { text: `growth: ${text}`, value, most };
  }),
  { text: 'processes left', value: run.leftProcesses.length, most: 0 },
  { text: 'temporary files left', value: run.leftFiles.length, most: 0 },
];
if (!printBars(bars)) process.exitCode = 1;

// Private

/** Over the run, of the straight line through all that was measured. */
function growthOf(text: string, points: readonly FitPoint[], unit = 1): number {
  const fit = lineThrough(points);
  const [start, perMinute, all] = [fit.start, fit.perMinute, fit.growth].map((it) => it / unit);
  print(
    `${text}: from ${start?.toFixed(1)}, ${perMinute?.toFixed(3)} more each minute (${points.length} points)`,
  );
  return all ?? 0;
}
