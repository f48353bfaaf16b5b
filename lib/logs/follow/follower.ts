import { messageOf, ViliError } from '../../errors.ts';
import type { FollowSettings } from './protocol.ts';
import { type FollowHooks, FollowThread } from './thread.ts';

/** What is left to read at close is read within this time, then the thread is ended. */
const CLOSE_LIMIT_MS = 2000;
/** How long a thread is kept that has nothing to follow. */
const SPARE_LIMIT_MS = 60_000;

export interface FollowOptions extends FollowSettings, Omit<FollowHooks, 'onGone'> {
  /** The thread is gone: `VILI_LOG_FOLLOWER_FAILED`. Follow anew from the last offset. */
  readonly onFailed: (error: ViliError) => void;
}

export interface LogFollower {
  /** Reads once more, hands over the last batch, and leaves nothing of this log behind. */
  close(): Promise<void>;
}

/**
 * Follows log files, each in a thread of its own: through rotation and truncation, before they exist,
 * bounded in bytes, line length and memory. A batch comes only when there is something to say. One
 * thread that has nothing to follow is kept for the next log, up to a minute: starting one takes some ms of the
 * processor from users, and a version that crashes is started again and again.
 */
export class LogFollowers {
  readonly #spareLimitMs: number;
  #spare: FollowThread | null = null;
  #spareLimit: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(spareLimitMs = SPARE_LIMIT_MS) {
    this.#spareLimitMs = spareLimitMs;
  }

  follow(options: FollowOptions): LogFollower {
    const { onBatch, onProblem, onFailed, ...settings } = options;
    const thread = this.#take();
    thread.follow(settings, {
      onBatch,
      onProblem,
      onGone: (cause) => {
        const text = `the follower of log ${options.path} failed: ${messageOf(cause)}`;
        onFailed(new ViliError('VILI_LOG_FOLLOWER_FAILED', text, { cause }));
      },
    });
    let closed: Promise<void> | null = null;
    return { close: () => (closed ??= this.#close(thread)) };
  }

  /** Ends the thread that is kept; from now on none is. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#endSpare();
  }

  // Private

  #take(): FollowThread {
    const spare = this.#spare;
    this.#spare = null;
    clearTimeout(this.#spareLimit);
    return spare === null || spare.gone ? new FollowThread() : spare;
  }

  async #close(thread: FollowThread): Promise<void> {
    await thread.close(CLOSE_LIMIT_MS);
    if (this.#closed || this.#spare !== null || thread.gone) await thread.end();
    else this.#keep(thread);
  }

  #keep(thread: FollowThread): void {
    this.#spare = thread;
    this.#spareLimit = setTimeout(() => void this.#endSpare(), this.#spareLimitMs).unref();
  }

  async #endSpare(): Promise<void> {
    const spare = this.#spare;
    this.#spare = null;
    clearTimeout(this.#spareLimit);
    await spare?.end();
  }
}
