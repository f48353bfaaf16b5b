import { readlinkSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/** What the thread that compares uses, told by itself. */
export interface WorkerState {
  /** Its number under /proc/self/task. */
  readonly thread: number;
  readonly heapBytes: number;
  /** Buffers outside of the heap. */
  readonly bufferBytes: number;
  /** How often it was asked to collect, and did. */
  readonly collections: number;
}

export const PROBE_CHANNEL = 'vili-bench-worker';
/** Asks the worker to collect its garbage first, so that what is told is what it holds. */
export const COLLECT = 'collect';

const TELL_MS = 50;

/** Loaded before the program in each of its threads: `node --expose-gc --import worker-probe.js`. */
if (!isMainThread) tell();

// Private

function tell(): void {
  const channel = new BroadcastChannel(PROBE_CHANNEL);
  const thread = Number(/\/task\/(\d+)$/.exec(readlinkSync('/proc/thread-self'))?.[1] ?? 0);
  let collections = 0;
  const post = (): void => {
    const { heapUsed: heapBytes, arrayBuffers: bufferBytes } = process.memoryUsage();
    const state: WorkerState = { thread, heapBytes, bufferBytes, collections };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- no window
    channel.postMessage(state);
  };
  channel.addEventListener('message', (event: Event) => {
    const { data } = event as MessageEvent;
    if (data !== COLLECT) return;
    globalThis.gc?.();
    collections++;
    post();
  });
  // Only Node's own has it: the channel must not keep the thread alive.
  (channel as unknown as { unref(): void }).unref();
  setInterval(post, TELL_MS).unref();
}
