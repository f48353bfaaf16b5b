import { waitedMs } from './thread-load.ts';

/** From this part of a tick on, what was timed in it may be the thread's own delay. */
const DISTURBED_SHARE = 0.2;

export interface DelayHooks {
  /** Monotonic clock, ms. */
  readonly now: () => number;
  /** How long this thread has waited for a processor since it started, ms. */
  readonly waitedMs?: () => number;
}

/**
 * Whether the thread that times testing's answers was itself held up: by others, to which it yields, or
 * by its own work. Running's answers are timed elsewhere, so that such a delay would look like a slow testing.
 */
export class SelfLag {
  readonly #now: () => number;
  readonly #waited: () => number;
  readonly #tickMs: number;
  #atMs: number;
  #waitedMs: number;

  constructor(tickMs: number, hooks: DelayHooks) {
    this.#tickMs = tickMs;
    this.#now = hooks.now;
    this.#waited = hooks.waitedMs ?? (() => waitedMs('own'));
    this.#atMs = this.#now();
    this.#waitedMs = this.#waited();
  }

  /** To be called at every tick: whether too much of the time since the one before was lost. */
  isDisturbed(): boolean {
    const [atMs, waited] = [this.#now(), this.#waited()];
    const late = atMs - this.#atMs - this.#tickMs;
    const lost = Math.max(late, waited - this.#waitedMs);
    this.#atMs = atMs;
    this.#waitedMs = waited;
    return lost > this.#tickMs * DISTURBED_SHARE;
  }
}
