import { performance } from 'node:perf_hooks';
import { waitedMs } from './processor-wait.ts';

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
