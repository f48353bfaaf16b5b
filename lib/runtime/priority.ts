import { readdirSync, readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { attempt } from '../errors.ts';
import { announceThread, keepThreadsOffFirstProcessor } from './processors.ts';

/** Added to the nice value of threads that no user depends on: they get the CPU time that users leave over. */
const NICE = 10;
const NICE_MAX = 19;
const THREAD = /\/task\/(\d+)$/;

/**
 * Lowers the priority of the calling thread below all others, so that on a busy host comparing slows
 * down, never the users. Linux gives each thread its own priority (sched(7), setpriority(2)); on
 * other systems, or where it is not permitted, nothing changes.
 */
export function reniceThisThread(): void {
  if (process.platform !== 'linux') return;
  try {
    const thread = THREAD.exec(readlinkSync('/proc/thread-self'))?.[1];
    if (thread === undefined) return;
    renice(Number(thread), NICE);
    announceThread(Number(thread));
  } catch {
    // Without /proc the thread competes with the users' thread as before.
  }
}

/**
 * Lowers the priority of the threads that Node has started (compiler, garbage collector, file I/O) below the
 * main thread, on which users depend. Those threads work for every thread of the process: without this, most of
 * the time the users' thread waits for a CPU goes to the garbage and code of threads that were reniced themselves.
 * Call it on the main thread, before starting threads that are to share its priority.
 */
export function reniceRuntimeThreads(): void {
  if (process.platform !== 'linux') return;
  const threads = attempt(() => readdirSync(`/proc/${process.pid}/task`), []).map(Number);
  for (const thread of threads) if (thread !== process.pid) renice(thread, NICE);
  keepThreadsOffFirstProcessor();
}

/**
 * Lowers the priority of a process that has just been started and still has one thread. A moment later it also
 * stays off the first CPU, as do the threads it starts from then on. Call it on the main thread.
 */
export function reniceChild(pid: number): void {
  if (process.platform !== 'linux') return;
  renice(pid, NICE);
  announceThread(pid);
}

/**
 * Raises the nice value of a thread, or of a process with one thread and everything it starts from then on, to `by`
 * above that of the calling thread, 19 at most. Where that is not permitted, or the thread is gone, nothing changes.
 */
export function renice(id: number, by: number): void {
  try {
    setPriority(id, Math.min(NICE_MAX, getPriority() + by));
  } catch {
    // The thread has ended, or a policy forbids it; then it competes with the users.
  }
}
