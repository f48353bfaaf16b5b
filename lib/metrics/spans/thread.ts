import { Worker } from 'node:worker_threads';
import { messageOf } from '../../errors.ts';
import type { CopySpan } from '../../model/span/copy.ts';
import { siblingModule } from '../../runtime/sibling-module.ts';
import type { SpanCounts } from './counts.ts';
import {
  type FromExporter,
  type ServedExchange,
  SPAN_LIMITS,
  type SpanSettings,
  type ToExporter,
} from './protocol.ts';

/** Ample for a full queue; a collector or a path that is hostile ends only this thread. */
const RESOURCE_LIMITS = {
  maxOldGenerationSizeMb: 96,
  maxYoungGenerationSizeMb: 4,
  stackSizeMb: 4,
};

export interface SpanThreadHooks {
  /** A batch of so many spans was taken (null), or not: why. */
  readonly onSettled: (problem: string | null, count: number) => void;
  /** The thread ended by itself. Called once at most. */
  readonly onGone: (cause: Error) => void;
}

/** Hands spans to the thread that exports them: never waits, never throws, and drops what is too much. */
export class SpanThread {
  readonly #counts: SpanCounts;
  readonly #hooks: SpanThreadHooks;
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  /** Spans that the thread has. */
  #outstanding = 0;
  #isOver = false;
  #ended: () => void = () => {};

  constructor(settings: SpanSettings, counts: SpanCounts, hooks: SpanThreadHooks) {
    this.#counts = counts;
    this.#hooks = hooks;
    this.#worker = new Worker(siblingModule('./worker', import.meta.url), {
      name: 'vili-spans',
      workerData: settings,
      resourceLimits: RESOURCE_LIMITS,
    });
    this.#worker.on('message', (message: FromExporter) => this.#receive(message));
    this.#worker.on('error', (error) => this.#lose(messageOf(error)));
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#lose(`it ended with code ${code}`);
        resolve();
      });
    });
  }

  /** Takes as many as there is room for, and counts the rest. */
  add(exchanges: readonly ServedExchange[], copies: readonly CopySpan[]): void {
    const offered = exchanges.length + copies.length;
    if (offered === 0) return;
    if (this.#isOver) return this.#counts.dropped('lost', offered);
    const room = Math.max(0, SPAN_LIMITS.queue - this.#outstanding);
    const taken = exchanges.slice(0, room);
    const takenCopies = copies.slice(0, room - taken.length);
    const count = taken.length + takenCopies.length;
    if (count < offered) this.#counts.dropped('queue-full', offered - count);
    if (count === 0) return;
    this.#outstanding += count;
    this.#post({
      type: 'spans',
      batch: { exchanges: taken.map(bounded), copies: takenCopies.map(bounded) },
    });
  }

  /** Exports what is left, for 3 s at most, and ends the thread. */
  async close(): Promise<void> {
    if (!this.#isOver) {
      const ended = new Promise<void>((resolve) => {
        this.#ended = resolve;
      });
      const limit = setTimeout(() => this.#ended(), SPAN_LIMITS.endMs);
      this.#post({ type: 'end' });
      await Promise.race([ended, this.#exited]);
      clearTimeout(limit);
      this.#end();
    }
    void this.#worker.terminate();
    await this.#exited;
  }

  // Private

  #post(message: ToExporter): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#worker.postMessage(message);
  }

  #receive(message: FromExporter): void {
    // What ends later was counted as lost.
    if (this.#isOver) return;
    if (message.type === 'ended') return this.#ended();
    const { count, problem } = message;
    this.#outstanding -= count;
    if (problem === null) this.#counts.exported(count);
    else this.#counts.dropped('not-taken', count);
    this.#hooks.onSettled(problem, count);
  }

  #lose(text: string): void {
    if (this.#isOver) return;
    this.#end();
    this.#hooks.onGone(new Error(`the thread of the spans is gone: ${text}`));
  }

  #end(): void {
    this.#isOver = true;
    this.#counts.dropped('lost', this.#outstanding);
    this.#outstanding = 0;
  }
}

// Private

/** What a client sent in its path may be long. */
function bounded<T extends { readonly path: string }>(span: T): T {
  return span.path.length > SPAN_LIMITS.path
    ? { ...span, path: span.path.slice(0, SPAN_LIMITS.path) }
    : span;
}
