import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

const NANOSECONDS_PER_MILLISECOND = 1e6;

/** How the main thread, on which users depend, spent its time; parts of 0 to 1. */
export interface ThreadLoad {
  /** Not waiting for anything to happen. */
  readonly busy: number;
  /** Ready to run while other threads had the processors; 0 where the system does not tell. */
  readonly waiting: number;
}

/** Each call tells about the time since the call before. To be called on the main thread. */
export function watchUsersThread(): () => ThreadLoad {
  let before = performance.eventLoopUtilization();
  let waitedBeforeMs = waitedMs();
  let beforeMs = performance.now();
  return () => {
    const now = performance.eventLoopUtilization();
    const [nowMs, waitedNowMs] = [performance.now(), waitedMs()];
    const load = {
      busy: performance.eventLoopUtilization(now, before).utilization,
      waiting: (waitedNowMs - waitedBeforeMs) / Math.max(1, nowMs - beforeMs),
    };
    before = now;
    beforeMs = nowMs;
    waitedBeforeMs = waitedNowMs;
    return load;
  };
}

// Private

/** Linux counts it for each thread; this file is about the first one (proc(5), sched-stats). */
function waitedMs(): number {
  try {
    const waited = readFileSync('/proc/self/schedstat', 'latin1').split(' ')[1];
    return Number(waited ?? 0) / NANOSECONDS_PER_MILLISECOND;
  } catch {
    return 0;
  }
}
