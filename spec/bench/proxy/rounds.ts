import type { Contender } from './field.ts';
import { usageOf } from './usage.ts';
import type { ViliCounts } from './vili.ts';

const SETTLE_STEP_MS = 20;
const SETTLE_MAX_MS = 2000;

/** The result of one contender in one round. */
export interface Round {
  readonly requests: number;
  readonly perSecond: number;
  readonly failures: number;
  /** Per request, all threads; NaN without a process. */
  readonly cpuMicros: number;
  /** Per request, the thread that users depend on. */
  readonly mainMicros: number;
  readonly residentBytes: number;
  /** Share of the requests that were also responded to by testing and compared; NaN without Vili. */
  readonly mirroredShare: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface Work {
  readonly requests: number;
  readonly perSecond: number;
  readonly failures: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
}

/** Runs the unmeasured part, then the work through the contender, and measures its cost. */
export async function runRound(
  contender: Contender,
  work: () => Promise<Work>,
  before: () => Promise<unknown>,
): Promise<Round> {
  const { pid, vili } = contender;
  await contender.prepare();
  await before();
  const countsBefore = await vili?.counts();
  const start = pid === null ? null : usageOf(pid);
  const { requests, perSecond, failures, p50Ms, p99Ms } = await work();
  const end = pid === null ? null : usageOf(pid);
  const per = (from: number | undefined, to: number | undefined): number =>
    from === undefined || to === undefined ? Number.NaN : (to - from) / requests;
  const countsAfter = vili === null ? undefined : await settled(() => vili.counts());
  return {
    requests,
    perSecond,
    failures,
    cpuMicros: per(start?.cpuMicros, end?.cpuMicros),
    mainMicros: per(start?.mainMicros, end?.mainMicros),
    residentBytes: end?.residentBytes ?? Number.NaN,
    mirroredShare: shareOf(countsBefore, countsAfter),
    p50Ms: p50Ms ?? Number.NaN,
    p99Ms: p99Ms ?? Number.NaN,
  };
}

/** The median; NaN when there are no values. */
export function median(values: readonly number[]): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The median over the rounds of the ratio of `value` between two contenders in the same round. */
export function medianRatio(
  over: readonly Round[],
  under: readonly Round[],
  value: (round: Round) => number,
): number {
  return median(over.map((round, index) => value(round) / valueAt(under, index, value)));
}

// Private

async function settled(counts: () => Promise<ViliCounts>): Promise<ViliCounts> {
  const deadline = Date.now() + SETTLE_MAX_MS;
  for (;;) {
    const now = await counts();
    if (now.inFlight === 0 || Date.now() > deadline) return now;
    await new Promise((resolve) => setTimeout(resolve, SETTLE_STEP_MS));
  }
}

function shareOf(before: ViliCounts | undefined, after: ViliCounts | undefined): number {
  if (before === undefined || after === undefined) return Number.NaN;
  return (after.mirrored - before.mirrored) / (after.received - before.received);
}

function valueAt(rounds: readonly Round[], index: number, value: (round: Round) => number): number {
  const round = rounds[index];
  return round === undefined ? Number.NaN : value(round);
}
