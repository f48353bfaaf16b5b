import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/** How the main thread, on which users depend, spent its time; parts of 0 to 1. */
export interface ThreadLoad {
  /** Not waiting for anything to happen. */
  readonly busy: number;
  /** Ready to run while other threads had the processors; 0 where the system does not tell. */
  readonly waiting: number;
}

/** Each call tells about the time since the call before. To be called on the main thread. */
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

const NANOSECONDS_PER_MILLISECOND = 1e6;
const FILES = { main: '/proc/self/schedstat', own: '/proc/thread-self/schedstat' };

/**
 * How long a thread has been ready to run since it started while others had the processors, ms. `main`:
 * the process's first thread; `own`: the one that calls. 0 where the system does not tell: Linux counts
 * it for each thread (proc(5), sched-stats).
 */
export function waitedMs(thread: keyof typeof FILES): number {
  try {
    const waited = readFileSync(FILES[thread], 'latin1').split(' ')[1];
    return Number(waited ?? 0) / NANOSECONDS_PER_MILLISECOND;
  } catch {
    return 0;
  }
}
