import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';

/**
 * Vili has two clocks. Durations, timeouts and the times of evidence are of the steady one, which neither a corrected
 * clock nor a suspended host moves. Times that people are told are of the wall clock, as it is when they are told:
 * convert with `wallTimeOf` at the edge, and never subtract two wall times.
 */

const NANOSECONDS_PER_MILLISECOND = 1e6;
/** The two clocks are read one after the other: less than this is no correction, and would only blur times. */
const JITTER_MS = 100;
const OFFSET_KEY = 'vili.clock-offset-ms';

/** Ms; the wall clock when the process started, and from then on steady. The same in all threads of a process. */
export const steadyNow: () => number = clockAt(ownOffsetMs());

/** What the wall clock showed, as it is set now, when the steady clock showed `steadyMs`. */
export function wallTimeOf(steadyMs: number): number {
  return steadyMs + correctionMs(Date.now(), steadyNow());
}

/** By how much the wall clock was set since the start of the process; a suspended host counts too. */
export function correctionMs(wallMs: number, steadyMs: number): number {
  const difference = wallMs - steadyMs;
  return Math.abs(difference) < JITTER_MS ? 0 : difference;
}

/** What another process needs for a clock with the same time as `now`. */
export function clockOffsetMs(now: () => number): number {
  return now() - monotonicMs();
}

/** The clock of that offset: ms, with fractions, never going back. */
export function clockAt(offsetMs: number): () => number {
  const startMs = offsetMs + monotonicMs() - performance.now();
  return () => startMs + performance.now();
}

// Private

/** Threads take the offset of their process, so that a time is the same wherever it was read. */
function ownOffsetMs(): number {
  const inherited = isMainThread ? undefined : getEnvironmentData(OFFSET_KEY);
  if (typeof inherited === 'number') return inherited;
  const offsetMs = Date.now() - monotonicMs();
  setEnvironmentData(OFFSET_KEY, offsetMs);
  return offsetMs;
}

/** The same in all processes of a host, unlike `performance.now()`. */
function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / NANOSECONDS_PER_MILLISECOND;
}
