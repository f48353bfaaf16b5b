import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { BroadcastChannel } from 'node:worker_threads';

const ALLOWED = /^Cpus_allowed_list:\s*([\d,-]+)$/m;
const CHANNEL = 'vili-threads';
/**
 * Confines all threads of $3 but the first to the processors $1, and then each thread it is told of, until its input
 * ends. $2: those of the first thread. It is a process of its own since each call of taskset is a fork, which
 * stops a large process for some ms.
 */
const HELPER =
  'trap "" HUP INT TERM; ' +
  'taskset -a -p -c "$1" "$3"; taskset -p -c "$2" "$3"; ' +
  'while IFS= read -r thread; do taskset -p -c "$1" "$thread"; done';

/**
 * The processors this process may use without the first `spared` of them, at least one, in the form of taskset(1):
 * `1,2,8`. '' for all: nothing is spared, there is only one, or the system does not tell.
 */
export function processorsWithout(spared: number): string {
  const allowed = spared === 0 ? [] : allowedProcessors();
  return allowed.length < 2 ? '' : allowed.slice(Math.min(spared, allowed.length - 1)).join(',');
}

/**
 * Keeps all threads that this process has now, but the main one, off the first processor, and from now on those that
 * `announceThread` names: there the thread that users depend on finds room at once, whatever the others do.
 * Priorities alone do not give that: Linux lets a thread that runs finish its slice of some ms first. To be called
 * on the main thread. Needs taskset (util-linux); without it, or on one processor, nothing changes.
 */
export function keepThreadsOffFirstProcessor(): void {
  const others = processorsWithout(1);
  if (others === '') return;
  const words = [others, allowedProcessors().join(','), String(process.pid)];
  const helper = spawn('/bin/sh', ['-c', HELPER, CHANNEL, ...words], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const { stdin } = helper;
  const channel = new BroadcastChannel(CHANNEL);
  // Without it threads stay where they are, and it ends with this process in any case.
  helper.on('error', () => {});
  stdin.on('error', () => channel.close());
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- node's types know no other way
  channel.onmessage = (message) => {
    stdin.write(`${String((message as { data: unknown }).data)}\n`);
  };
  channel.unref();
  helper.unref();
  (stdin as Socket).unref();
}

/** Says on a thread of its own that it, of that number, is none that users depend on. */
export function announceThread(thread: number): void {
  const channel = new BroadcastChannel(CHANNEL);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- no window
  channel.postMessage(thread);
  channel.close();
}

// Private

function allowedProcessors(): number[] {
  try {
    const list = ALLOWED.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '';
    return list.split(',').flatMap((range) => {
      const [first = Number.NaN, last = first] = range.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
  } catch {
    // No Linux: the caller goes on without.
    return [];
  }
}
