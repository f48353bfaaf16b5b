import { readdirSync, readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { announceThread, keepThreadsOffFirstProcessor } from './processors.ts';

/** How far threads other than the users' stand back: they get what processor time users leave over. */
const NICE = 10;
const NICE_MAX = 19;
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
    if (thread === undefined) return;
    renice(Number(thread), NICE);
    announceThread(Number(thread));
  } catch {
    // Without /proc it competes with the users' as before.
  }
}

/**
 * Makes the threads that the runtime has started (compiling, collecting, files) yield to the main thread,
 * on which users depend. They work for all threads of the process: without this most of the time for which the
 * users' thread waits for a processor goes to garbage and code of threads that yield themselves. To be
 * called on the main thread, before it starts threads of its own that are to have its priority.
 */
export function runtimeYields(): void {
  if (process.platform !== 'linux') return;
  for (const thread of threadsOf(process.pid)) {
    if (thread !== process.pid) renice(thread, NICE);
  }
  keepThreadsOffFirstProcessor();
}

/**
 * Makes a process that was started just now, with one thread as yet, yield to all others. It keeps off the first
 * processor a moment later, with the threads it starts from then on. To be called on the main thread.
 */
export function processYields(pid: number): void {
  if (process.platform !== 'linux') return;
  renice(pid, NICE);
  announceThread(pid);
}

/**
 * Lets a thread, or a process with one thread and all that it starts from then on, stand back by so much
 * behind the thread that calls this: a nice value of at most 19. Where that is not allowed, or there is no
 * such thread any more, nothing changes.
 */
export function renice(id: number, by: number): void {
  try {
    setPriority(id, Math.min(NICE_MAX, getPriority() + by));
  } catch {
    // It has ended, or a policy forbids it: it competes with the users.
  }
}

// Private

function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [];
  }
}
