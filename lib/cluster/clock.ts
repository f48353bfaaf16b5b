const NANOSECONDS_PER_MILLISECOND = 1e6;

/** What another process needs for a clock with the same time as `now`. */
export function clockOffsetMs(now: () => number): number {
  return now() - monotonicMs();
}

/** The clock of that offset: wall clock, ms, with fractions, never going back. */
export function clockAt(offsetMs: number): () => number {
  const startMs = offsetMs + monotonicMs() - performance.now();
  return () => startMs + performance.now();
}

// Private

/** The same in all processes of a host, unlike `performance.now()`. */
function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / NANOSECONDS_PER_MILLISECOND;
}
