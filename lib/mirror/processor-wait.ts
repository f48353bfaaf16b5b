import { readFileSync } from 'node:fs';

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
