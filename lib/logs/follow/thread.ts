import { Worker } from 'node:worker_threads';
import { siblingModule } from '../../runtime/sibling-module.ts';
import type { LogBatch } from './batch.ts';
import type { FollowCommand, FollowReport, FollowSettings } from './protocol.ts';

/** Ample for the largest allowed line and batch; a hostile log ends its own thread only. */
const RESOURCE_LIMITS = {
  maxOldGenerationSizeMb: 96,
  maxYoungGenerationSizeMb: 4,
  stackSizeMb: 4,
};

export interface FollowHooks {
  readonly onBatch: (batch: LogBatch) => void;
  /** Something an operator should know, once until it changes: no right to read, not a file. */
  readonly onProblem: (text: string) => void;
  /** The thread has ended by itself while it was to follow. */
  readonly onGone: (cause: unknown) => void;
}

/** A thread that follows one log after the other. */
export class FollowThread {
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  #hooks: FollowHooks | null = null;
  #closed: (() => void) | null = null;
  #gone = false;

  constructor() {
    this.#worker = new Worker(siblingModule('./worker', import.meta.url), {
      name: 'vili-log-follower',
      resourceLimits: RESOURCE_LIMITS,
    });
    this.#worker.on('message', (report: FollowReport) => this.#take(report));
    this.#worker.on('error', (error) => this.#lose(error));
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#lose(new Error(`its thread ended with code ${code}`));
        resolve();
      });
    });
  }

  /** Whether it can follow no log any more. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Only when it is new, or the last log was closed. */
  follow(settings: FollowSettings, hooks: FollowHooks): void {
    this.#hooks = hooks;
    this.#send({ kind: 'follow', settings });
  }

  /** Lets it read once more and hand over the last batch; one that takes longer than `limitMs` is ended. */
  async close(limitMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => (this.#closed = resolve));
    this.#send({ kind: 'close' });
    const limit = setTimeout(() => void this.end(), limitMs);
    await Promise.race([closed, this.#exited]);
    clearTimeout(limit);
    this.#hooks = null;
    this.#closed = null;
  }

  /** Whatever it is doing. */
  async end(): Promise<void> {
    this.#gone = true;
    void this.#worker.terminate();
    await this.#exited;
  }

  // Private

  #take(report: FollowReport): void {
    switch (report.kind) {
      case 'batch':
        this.#hooks?.onBatch(report.batch);
        this.#send({ kind: 'acknowledge' });
        return;
      case 'problem':
        this.#hooks?.onProblem(report.text);
        return;
      case 'closed':
        this.#closed?.();
    }
  }

  #lose(cause: unknown): void {
    if (this.#gone) return;
    this.#gone = true;
    if (this.#closed === null) this.#hooks?.onGone(cause);
  }

  #send(command: FollowCommand): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#worker.postMessage(command);
  }
}
