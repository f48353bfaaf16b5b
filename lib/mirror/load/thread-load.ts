import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

const NANOSECONDS_PER_MILLISECOND = 1e6;
const SCHEDSTAT_FILES = { main: '/proc/self/schedstat', own: '/proc/thread-self/schedstat' };

/** How the main thread, on which users depend, spent its time; shares from 0 to 1. */
export interface ThreadLoad {
  /** The event loop was not idle. */
  readonly busy: number;
  /** Ready to run while other threads had the processors; 0 where the system does not report it. */
  readonly waiting: number;
}

/** Each call returns the load since the previous call. Call it on the main thread. */
export function watchThreadLoad(): () => ThreadLoad {
  let before = performance.eventLoopUtilization();
  let waitedBeforeMs = waitedMs('main');
  let beforeMs = performance.now();
  return () => {
    const now = performance.eventLoopUtilization();
    const [nowMs, waitedNowMs] = [performance.now(), waitedMs('main')];
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

/**
 * How long a thread has been ready to run since it started while others had the processors, ms.
 * `main`: the first thread of the process; `own`: the calling one. 0 where the system does not report
 * it: Linux counts it for each thread (proc(5), sched-stats).
 */
export function waitedMs(thread: keyof typeof SCHEDSTAT_FILES): number {
  try {
    const waited = readFileSync(SCHEDSTAT_FILES[thread], 'latin1').split(' ')[1];
    return Number(waited ?? 0) / NANOSECONDS_PER_MILLISECOND;
  } catch {
    return 0;
  }
}
