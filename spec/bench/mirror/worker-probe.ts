import { readlinkSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/** What the mirror worker uses, reported by itself. */
export interface WorkerState {
  /** Its number under /proc/self/task. */
  readonly thread: number;
  readonly heapBytes: number;
  /** Buffers outside of the heap. */
  readonly bufferBytes: number;
  /** How often it collected garbage on request. */
  readonly collections: number;
}

export const PROBE_CHANNEL = 'vili-bench-worker';
/** Requests a garbage collection first, so that the report is about what the worker holds. */
export const COLLECT = 'collect';

const REPORT_MS = 50;

/** Loaded before the program in each of its threads: `node --expose-gc --import worker-probe.js`. */
if (!isMainThread) report();

// Private

function report(): void {
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
  // The channel must not keep the thread alive; only Node's own type has unref.
  (channel as unknown as { unref(): void }).unref();
  setInterval(post, REPORT_MS).unref();
}
