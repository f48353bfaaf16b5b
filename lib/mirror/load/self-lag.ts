import { waitedMs } from './thread-load.ts';

/** From this share of a tick on, what was timed in it may be the thread's own lag. */
const DISTURBED_SHARE = 0.2;

export interface SelfLagHooks {
  /** Monotonic clock, ms. */
  readonly now: () => number;
  /** How long this thread has waited for a processor since it started, ms. */
  readonly waitedMs?: () => number;
}

/**
 * Whether the thread that times testing's responses was itself held up, by others, to which it yields,
 * or by its own work. Running's responses are timed elsewhere, so such a lag would make testing look
 * slow.
 */
export class SelfLag {
  readonly #now: () => number;
  readonly #waited: () => number;
  readonly #tickMs: number;
  #atMs: number;
  #waitedMs: number;

  constructor(tickMs: number, hooks: SelfLagHooks) {
    this.#tickMs = tickMs;
    this.#now = hooks.now;
    this.#waited = hooks.waitedMs ?? (() => waitedMs('own'));
    this.#atMs = this.#now();
    this.#waitedMs = this.#waited();
  }

  /** Call it at every tick: whether too much of the time since the previous tick was lost. */
  isDisturbed(): boolean {
    const [atMs, waited] = [this.#now(), this.#waited()];
    const late = atMs - this.#atMs - this.#tickMs;
    const lost = Math.max(late, waited - this.#waitedMs);
    this.#atMs = atMs;
    this.#waitedMs = waited;
    return lost > this.#tickMs * DISTURBED_SHARE;
  }
}
