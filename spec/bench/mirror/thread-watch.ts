import { monitorEventLoopDelay } from 'node:perf_hooks';
import { cpuMicrosOf } from '../proxy/usage.ts';
import { COLLECT, PROBE_CHANNEL, type WorkerState } from './worker-probe.ts';

const RESOLUTION_MS = 1;
const NANOSECONDS_PER_MS = 1e6;
const COLLECT_LIMIT_MS = 2000;
const COLLECT_STEP_MS = 50;

/** What the threads of the program did since the previous report. */
export interface ThreadReport {
  /** Lag of the users' event loop, ms. */
  readonly loopP99Ms: number;
  readonly loopMaxMs: number;
  /** Largest heap and buffers of the worker, garbage included. */
  readonly heapMaxBytes: number;
  readonly bufferMaxBytes: number;
  /** Heap and buffers after a garbage collection. */
  readonly heldBytes: number;
  /** CPU time of the worker thread since it started, us. */
  readonly workerMicros: number;
  /** Workers seen so far: more than one means that one was lost. */
  readonly workers: number;
}

/** Watches the users' event loop, on which it runs, and the worker by the reports of its probe. */
export class ThreadWatch {
  readonly #loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #channel = new BroadcastChannel(PROBE_CHANNEL);
  readonly #threads = new Set<number>();
  #last: WorkerState | null = null;
  #heapMax = 0;
  #bufferMax = 0;

  constructor() {
    this.#loop.enable();
    this.#channel.addEventListener('message', (event: Event) => {
      const { data } = event as MessageEvent;
      this.#note(data as WorkerState);
    });
  }

  async report(): Promise<ThreadReport> {
    const loop = this.#loop;
    const lateMs = (nanoseconds: number): number =>
      Math.max(0, nanoseconds / NANOSECONDS_PER_MS - RESOLUTION_MS);
    const [loopP99Ms, loopMaxMs] = [lateMs(loop.percentile(99)), lateMs(loop.max)];
    const [heapMaxBytes, bufferMaxBytes] = [this.#heapMax, this.#bufferMax];
    await this.#collected();
    const { heapBytes = 0, bufferBytes = 0, thread = 0 } = this.#last ?? {};
    this.#heapMax = heapBytes;
    this.#bufferMax = bufferBytes;
    loop.reset();
    return {
      loopP99Ms,
      loopMaxMs,
      heapMaxBytes,
      bufferMaxBytes,
      heldBytes: heapBytes + bufferBytes,
      workerMicros: thread === 0 ? 0 : cpuMicrosOf(process.pid, thread),
      workers: this.#threads.size,
    };
  }

  // Private

  #note(state: WorkerState): void {
    this.#last = state;
    this.#threads.add(state.thread);
    this.#heapMax = Math.max(this.#heapMax, state.heapBytes);
    this.#bufferMax = Math.max(this.#bufferMax, state.bufferBytes);
  }

  /** Twice: buffers are freed after the collection that found them unused. */
  async #collected(): Promise<void> {
    const wanted = (this.#last?.collections ?? 0) + 2;
    const deadline = performance.now() + COLLECT_LIMIT_MS;
    while ((this.#last?.collections ?? 0) < wanted && performance.now() < deadline) {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- no window
      this.#channel.postMessage(COLLECT);
      await new Promise((resolve) => setTimeout(resolve, COLLECT_STEP_MS));
    }
  }
}
