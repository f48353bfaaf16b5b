import { Worker } from 'node:worker_threads';
import { siblingModule } from '../../runtime/sibling-module.ts';
import type { LogBatch } from './batch.ts';
import type { FollowCommand, FollowEvent, FollowSettings } from './protocol.ts';

/** Ample for the largest allowed line and batch; a hostile log ends only its own thread. */
const RESOURCE_LIMITS = {
  maxOldGenerationSizeMb: 96,
  maxYoungGenerationSizeMb: 4,
  stackSizeMb: 4,
};

export interface FollowHooks {
  readonly onBatch: (batch: LogBatch) => void;
  /** There are no new lines; all that were written before are handed over. */
  readonly onRead: (toMs: number) => void;
  /** A problem for the operator, reported once until it changes: no permission, not a file. */
  readonly onProblem: (text: string) => void;
  /** The thread ended by itself while it followed a log. */
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
    this.#worker.on('message', (event: FollowEvent) => this.#take(event));
    this.#worker.on('error', (error) => this.#lose(error));
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#lose(new Error(`its thread ended with code ${code}`));
        resolve();
      });
    });
  }

  /** Whether the thread has ended, so that it can no longer follow a log. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Must be called only on a new thread, or after the last log was closed. */
  follow(settings: FollowSettings, hooks: FollowHooks): void {
    this.#hooks = hooks;
    this.#send({ kind: 'follow', settings });
  }

  /** Reads once more and hands over the last batch; after `limitMs` the thread is terminated. */
  async close(limitMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => (this.#closed = resolve));
    this.#send({ kind: 'close' });
    const limit = setTimeout(() => void this.end(), limitMs);
    await Promise.race([closed, this.#exited]);
    clearTimeout(limit);
    this.#hooks = null;
    this.#closed = null;
  }

  /** Terminates the thread, whatever it is doing. */
  async end(): Promise<void> {
    this.#gone = true;
    void this.#worker.terminate();
    await this.#exited;
  }

  // Private

  #take(event: FollowEvent): void {
    switch (event.kind) {
      case 'batch':
        this.#hooks?.onBatch(event.batch);
        this.#send({ kind: 'acknowledge' });
        return;
      case 'read':
        this.#hooks?.onRead(event.toMs);
        return;
      case 'problem':
        this.#hooks?.onProblem(event.text);
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
