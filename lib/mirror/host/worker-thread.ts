import { Worker } from 'node:worker_threads';
import { codeOf, messageOf } from '../../errors.ts';
import type { Exchange } from '../../model/exchange.ts';
import { siblingModule } from '../../runtime/sibling-module.ts';
import { Watchdog } from '../../runtime/watchdog.ts';
import type { LossReason } from '../events.ts';
import type { MirrorSettings } from '../settings.ts';
import {
  ADMIT,
  DROP_BREAKER,
  type DropReason,
  type Fault,
  type FromWorker,
  type Report,
  STATE_ADMISSION,
  STATE_BUSY,
  STATE_BYTES,
  STATE_HEARTBEAT,
  STATE_SPEED,
  type Targets,
  type ToWorker,
  type WorkerInput,
} from '../wire/protocol.ts';
import { BatchWriter } from './batch-writer.ts';
import type { BufferPool } from './buffer-pool.ts';

/** Progress is checked this many times in `stallMs`. */
const CHECKS_PER_STALL = 5;
/** A worker may take this long to load, even on a busy machine. */
const START_LIMIT_MS = 30_000;
/** Every worker fills it, so all of it counts as memory of a test; more does not compare any faster. */
const YOUNG_GENERATION_MB = 6;

export interface WorkerThreadHooks {
  readonly onReport: (report: Report) => void;
  /** The thread is gone, or being ended, unasked. Called at most once. */
  readonly onLost: (reason: LossReason, message: string) => void;
}

/** One incarnation of the worker: starts it, passes copies to it, watches its progress, ends it. */
export class WorkerThread {
  readonly #stallMs: number;
  readonly #hooks: WorkerThreadHooks;
  readonly #worker: Worker;
  readonly #writer: BatchWriter;
  readonly #state: Int32Array;
  readonly #polls: NodeJS.Timeout;
  readonly #watchdog: Watchdog;
  readonly #exited: Promise<void>;
  #resolveEnded: () => void = () => undefined;
  #heartbeat = 0;
  #isOver = false;

  constructor(
    settings: MirrorSettings,
    pool: BufferPool,
    given: Pick<WorkerInput, 'targets' | 'noise' | 'known'>,
    hooks: WorkerThreadHooks,
  ) {
    this.#stallMs = settings.stallMs;
    this.#hooks = hooks;
    const state = new SharedArrayBuffer(STATE_BYTES);
    this.#state = new Int32Array(state);
    const input: WorkerInput = { settings, state, ...given };
    this.#worker = new Worker(siblingModule('../worker/worker', import.meta.url), {
      name: 'vili-mirror',
      workerData: input,
      resourceLimits: {
        maxOldGenerationSizeMb: settings.memoryMb,
        maxYoungGenerationSizeMb: YOUNG_GENERATION_MB,
      },
    });
    const batches = pool.take();
    this.#writer = new BatchWriter(batches, settings.queueBytes, (batch, end) => {
      this.#post({ type: 'exchanges', batch, end });
    });
    this.#worker.on('message', (message: FromWorker) => this.#receive(message));
    this.#worker.on('error', (error) => this.#lose(lossReasonOf(error), messageOf(error)));
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#lose('exited', `the worker exited with code ${code}`);
        pool.putBack(batches);
        resolve();
      });
    });
    const checkMs = settings.stallMs / CHECKS_PER_STALL;
    this.#watchdog = new Watchdog(checkMs, (limitMs) =>
      this.#lose('stalled', `no progress for ${limitMs} ms`),
    );
    this.#watchdog.expect(Math.max(START_LIMIT_MS, settings.stallMs));
    this.#polls = setInterval(() => this.#pollHeartbeat(), checkMs);
  }

  /** Why a copy would be dropped now, or null. */
  dropReason(): DropReason | null {
    if (this.#isOver) return 'far-side-lost';
    const admission = Atomics.load(this.#state, STATE_ADMISSION);
    if (admission !== ADMIT) return admission === DROP_BREAKER ? 'breaker' : 'queue-full';
    return this.#writer.isFull() ? 'queue-full' : null;
  }

  /** Takes the exchange (null), or returns why not. */
  add(exchange: Exchange): DropReason | null {
    return this.#writer.add(exchange);
  }

  /** Takes what is no copy; it arrives in its turn. */
  note(note: Exchange): void {
    if (!this.#isOver && this.#writer.add(note, true) !== null) this.#post({ type: 'note', note });
  }

  /** Running starts anew: what only it can know is forgotten. */
  forgetState(): void {
    this.#writer.flush();
    this.#post({ type: 'forget-state' });
  }

  retarget(targets: Targets): void {
    this.#writer.flush();
    this.#post({ type: 'retarget', targets });
  }

  /** Passes on what was learned of noise in this test before. */
  restoreNoise(noise: string): void {
    this.#post({ type: 'noise', noise });
  }

  /** Whether users leave no time: there are no baseline requests then. */
  setBusy(isBusy: boolean): void {
    Atomics.store(this.#state, STATE_BUSY, isBusy ? 1 : 0);
  }

  setSpeedMissing(isMissing: boolean): void {
    Atomics.store(this.#state, STATE_SPEED, isMissing ? 1 : 0);
  }

  injectFault(fault: Fault): void {
    this.#writer.flush();
    this.#post({ type: 'fault', fault });
  }

  /** Lets the worker report what is open as ended, then ends it. A hanging worker is lost as usual. */
  async end(): Promise<void> {
    if (!this.#isOver) {
      const ended = new Promise<void>((resolve) => {
        this.#resolveEnded = resolve;
      });
      this.#writer.flush();
      this.#post({ type: 'end' });
      await Promise.race([ended, this.#exited]);
      this.#close();
    }
    await this.#exited;
  }

  // Private

  #post(message: ToWorker): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- no window
    this.#worker.postMessage(message);
  }

  #receive(message: FromWorker): void {
    // What a thread reports after it was given up is already counted as lost.
    if (this.#isOver) return;
    if (message.type === 'report') this.#hooks.onReport(message.report);
    else this.#resolveEnded();
  }

  /** In shared memory: a message would wake the users' event loop. */
  #pollHeartbeat(): void {
    const heartbeat = Atomics.load(this.#state, STATE_HEARTBEAT);
    if (heartbeat === this.#heartbeat) return;
    this.#heartbeat = heartbeat;
    this.#watchdog.expect(this.#stallMs);
  }

  #lose(reason: LossReason, message: string): void {
    if (this.#isOver) return;
    this.#close();
    this.#hooks.onLost(reason, message);
  }

  #close(): void {
    this.#isOver = true;
    clearInterval(this.#polls);
    this.#watchdog.stop();
    this.#writer.close();
    void this.#worker.terminate();
  }
}

function lossReasonOf(error: unknown): LossReason {
  return codeOf(error) === 'ERR_WORKER_OUT_OF_MEMORY' ? 'memory' : 'crashed';
}
