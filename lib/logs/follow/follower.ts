import { messageOf, ViliError } from '../../errors.ts';
import type { FollowSettings } from './protocol.ts';
import { type FollowHooks, FollowThread } from './thread.ts';

/** At close, the rest of a log must be read within this time, else the thread is terminated. */
const CLOSE_LIMIT_MS = 2000;
/** How long an idle thread is kept. */
const SPARE_LIMIT_MS = 60_000;

export interface FollowOptions extends FollowSettings, Omit<FollowHooks, 'onGone'> {
  /** `VILI_LOG_FOLLOWER_FAILED`: the thread has ended. Follow again from the last offset. */
  readonly onFailed: (error: ViliError) => void;
}

export interface LogFollower {
  /** Reads once more, hands over the last batch, and releases everything of this log. */
  close(): Promise<void>;
}

/**
 * Follows log files, each in a thread of its own: before a file exists, through rotation and
 * truncation, bounded in bytes, line length and memory. A batch is sent only when there are new
 * lines. One idle thread is kept for the next log, up to a minute: starting a thread takes some ms
 * of CPU time from users, and a version that crashes is started again and again.
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
    const { onBatch, onRead, onProblem, onFailed, ...settings } = options;
    const thread = this.#take();
    thread.follow(settings, {
      onBatch,
      onRead,
      onProblem,
      onGone: (cause) => {
        const text = `the follower of log ${options.path} failed: ${messageOf(cause)}`;
        onFailed(new ViliError('VILI_LOG_FOLLOWER_FAILED', text, { cause }));
      },
    });
    let closed: Promise<void> | null = null;
    return { close: () => (closed ??= this.#close(thread)) };
  }

  /** Ends the spare thread; from now on none is kept. */
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
