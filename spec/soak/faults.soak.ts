import { parseArgs } from 'node:util';
import { type Bar, printBars } from '../bench/proxy/report.ts';
import { type FaultRow, runFaults } from './faults/run.ts';
import { FAULTS, type SoakFault } from './kit/release.ts';

/**
 * The real daemon under users at a fixed rate while the testing version misbehaves in every way.
 * `npm run soak:faults -- [--seconds N per fault] [--pause N] [--rate N] [--only sleep,stop] [--show] [--set testing_nice=10]`
 * `--set` adds a line to `.env`.
 */
const MIB = 1024 ** 2;
const GROWTH_MAX_MIB = 64;
const P99_MORE_MAX_MS = 5;
const SLOWEST_SHOWN = 6;
const WARM_UP_SECONDS = 30;
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    pause: { type: 'string', default: '15' },
    rate: { type: 'string', default: '500' },
    only: { type: 'string', default: FAULTS.join(',') },
    show: { type: 'boolean', default: false },
    set: { type: 'string', multiple: true, default: [] },
  },
});
const faults = values.only.split(',').map((name) => {
  if (name === 'none' || FAULTS.includes(name as (typeof FAULTS)[number])) return name as SoakFault;
  throw new Error(`--only ${name}: the faults are ${FAULTS.join(', ')}, and none`);
});

const { rows, failures, misrouted, imbalances, sent, received, result } = await runFaults({
  faults,
  ratePerSecond: Number(values.rate),
  seconds: Number(values.seconds),
  pauseSeconds: Number(values.pause),
  warmUpSeconds: WARM_UP_SECONDS,
  settings: Object.fromEntries(values.set.map(keyAndValue)),
  inspect: async (fault, world) => {
    if (!values.show) return;
    const [status, why] = await Promise.all([world.vili('status'), world.vili('why')]);
    process.stdout.write(`\n== ${fault}\n${status.stdout}\n${why.stdout}\n`);
  },
});
console.table(Object.fromEntries(rows.map((row) => [row.fault, shown(row)])));
for (const { phase, request, problem } of failures.slice(0, 20)) {
  process.stdout.write(`failed, ${phase}: ${request}: ${problem}\n`);
}
for (const fault of faults) {
  process.stdout.write(`slowest seconds of ${fault}: ${slowestSeconds(fault)}\n`);
}
const off = imbalances.reduce((sum, it) => sum + Math.abs(it), 0);
const bars: Bar[] = [
  { text: 'failed requests', value: failures.length, most: 0 },
  { text: 'responses of a version that was not running', value: misrouted, most: 0 },
  { text: 'received - (mirrored + skipped + dropped + failed), at all rests', value: off, most: 0 },
  { text: 'requests sent but not received', value: sent - received, most: 0 },
  ...rows.flatMap((row) => [
    { text: `${row.fault}: ms more at p99`, value: moreMs(row), most: P99_MORE_MAX_MS },
    { text: `${row.fault}: MiB of growth`, value: growthMib(row), most: GROWTH_MAX_MIB },
  ]),
  {
    text: 'without a testing version: MiB of growth',
    value: restingGrowthMib(),
    most: GROWTH_MAX_MIB,
  },
];
if (!printBars(bars)) process.exitCode = 1;

// Private

function keyAndValue(line: string): [string, string] {
  const at = line.indexOf('=');
  return [line.slice(0, at), line.slice(at + 1)];
}

/** The seconds with the longest waits, counted from the arrival of the version. */
function slowestSeconds(fault: string): string {
  const phase = result.phases.indexOf(fault);
  const first = result.dueMs[result.phase.indexOf(phase)] ?? 0;
  const worst = new Map<number, number>();
  for (const [at, doneMs] of result.doneMs.entries()) {
    if (result.phase[at] !== phase) continue;
    const dueMs = result.dueMs[at] ?? 0;
    const second = Math.floor((dueMs - first) / 1000);
    worst.set(second, Math.max(worst.get(second) ?? 0, doneMs - dueMs));
  }
  const slowest = [...worst].sort(([, left], [, right]) => right - left).slice(0, SLOWEST_SHOWN);
  return slowest.map(([second, ms]) => `${second} s ${ms.toFixed(0)} ms`).join(', ');
}

function shown(row: FaultRow): Record<string, number> {
  const { users, without, accounts } = row;
  return {
    requests: users.requests,
    failed: users.failed,
    'p50 ms': digits(users.p50Ms),
    'alone p50': digits(without.p50Ms),
    'p99 ms': digits(users.p99Ms),
    'alone p99': digits(without.p99Ms),
    'max ms': digits(users.maxMs),
    'alone max': digits(without.maxMs),
    'RSS MiB': Math.round(row.residentBytes / MIB),
    growth: digits(growthMib(row)),
    'then alone': Math.round(row.restingBytes / MIB),
    restarts: row.restarts,
    received: accounts.received,
    mirrored: accounts.mirrored,
    skipped: accounts.skipped,
    dropped: accounts.dropped,
    'not mirrored': accounts.failed,
  };
}

function moreMs({ users, without }: FaultRow): number {
  return users.p99Ms - without.p99Ms;
}

function growthMib({ residentBytes, residentBeforeBytes }: FaultRow): number {
  return (residentBytes - residentBeforeBytes) / MIB;
}

/** From the memory before the first fault to the most after any fault. */
function restingGrowthMib(): number {
  const first = rows[0]?.residentBeforeBytes ?? 0;
  return (Math.max(...rows.map(({ restingBytes }) => restingBytes)) - first) / MIB;
}

function digits(value: number): number {
  return Number(value.toFixed(2));
}
