import { monitorEventLoopDelay } from 'node:perf_hooks';
import { cpuMicrosOf } from '../gate/usage.ts';
import { COLLECT, PROBE_CHANNEL, type WorkerState } from './worker-probe.ts';

const RESOLUTION_MS = 1;
const NANOSECONDS_PER_MS = 1e6;
const COLLECT_LIMIT_MS = 2000;

/** What the threads of the program did since the watch was asked before. */
export interface ThreadReport {
  /** How late the users' thread got to what was due, ms. */
  readonly loopP99Ms: number;
  readonly loopMaxMs: number;
  /** Most that the worker's heap and buffers were, garbage included. */
  readonly heapMaxBytes: number;
  readonly bufferMaxBytes: number;
  /** What is left of both after a collection. */
  readonly heldBytes: number;
  /** Of the worker's thread since it started. */
  readonly workerMicros: number;
  /** Workers seen so far: more than one means that it was lost. */
  readonly workers: number;
}

/** Watches the users' thread, which it runs on, and the worker by what its probe tells. */
export class ThreadWatch {
  readonly #loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #channel = new BroadcastChannel(PROBE_CHANNEL);
  readonly #threads = new Set<number>();
  #last: WorkerState | null = null;
  #heapMax = 0;
  #bufferMax = 0;
  #told: () => void = () => undefined;

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
    this.#told();
  }

  /** Two words of the worker: the first may have been on its way before it was asked. */
  async #collected(): Promise<void> {
    for (let word = 0; word < 2; word++) {
      const told = new Promise<void>((resolve) => {
        this.#told = resolve;
        setTimeout(resolve, COLLECT_LIMIT_MS);
      });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- no window
      this.#channel.postMessage(COLLECT);
      await told;
    }
  }
}
