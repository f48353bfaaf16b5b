import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { BroadcastChannel } from 'node:worker_threads';
import { attempt } from '../errors.ts';

const ALLOWED = /^Cpus_allowed_list:\s*([\d,-]+)$/m;
const CHANNEL = 'vili-threads';
/**
 * Confines all threads of process $3 except the first to the CPUs $1, then each thread named on stdin, until stdin
 * ends. $2: the CPUs of the first thread. A separate process, since each call of taskset is a fork, which pauses a
 * large process for some ms.
 */
const HELPER =
  'trap "" HUP INT TERM; ' +
  'taskset -a -p -c "$1" "$3"; taskset -p -c "$2" "$3"; ' +
  'while IFS= read -r thread; do taskset -p -c "$1" "$thread"; done';

/**
 * The CPUs this process may use without the first `spared` of them, but at least one, as taskset(1) takes them:
 * `1,2,8`. '' means all: none is spared, there is only one, or the system does not say.
 */
export function processorsWithout(spared: number): string {
  const allowed = spared === 0 ? [] : allowedProcessors();
  return allowed.length < 2 ? '' : allowed.slice(Math.min(spared, allowed.length - 1)).join(',');
}

/**
 * Keeps all present threads of this process except the main one off the first CPU, and from now on every thread that
 * `announceThread` names, so that the thread users depend on always finds a free CPU there. Priorities alone do not
 * achieve that: Linux first lets a running thread finish its slice of some ms. Call it on the main thread. Needs
 * taskset (util-linux); without it, or on a single CPU, nothing changes.
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
  // Without the helper, threads stay where they are. It ends with this process in any case.
  helper.on('error', () => {});
  stdin.on('error', () => channel.close());
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- Node's types have no other way
  channel.onmessage = (message) => {
    stdin.write(`${String((message as { data: unknown }).data)}\n`);
  };
  channel.unref();
  helper.unref();
  (stdin as Socket).unref();
}

/** Announces that the calling thread, which has this id, is not one that users depend on. */
export function announceThread(thread: number): void {
  const channel = new BroadcastChannel(CHANNEL);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- no window
  channel.postMessage(thread);
  channel.close();
}

// Private

function allowedProcessors(): number[] {
  // There is no such file except on Linux.
  const status = attempt(() => readFileSync('/proc/self/status', 'latin1'), '');
  const ranges = ALLOWED.exec(status)?.[1]?.split(',') ?? [];
  return ranges.flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
