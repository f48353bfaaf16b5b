import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** The nice value of the comparing thread: what processor time users leave over. */
const NICE = 10;
const THREAD = /\/task\/(\d+)$/;

/**
 * Makes the thread that calls this yield to all others, so that comparing is what suffers on a busy
 * host, never the users. Linux gives each thread a priority of its own (sched(7), setpriority(2)); on
 * other systems, or where it is not allowed, nothing changes.
 */
export function yieldToOthers(): void {
  if (process.platform !== 'linux') return;
  try {
    const thread = THREAD.exec(readlinkSync('/proc/thread-self'))?.[1];
    if (thread !== undefined) setPriority(Number(thread), NICE);
  } catch {
    // Without /proc, or under a policy that forbids it: the thread competes with the users' as before.
  }
}
