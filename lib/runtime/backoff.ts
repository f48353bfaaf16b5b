const DOUBLING = 2;

/** How pauses between attempts grow. */
export interface Backoff {
  readonly minMs: number;
  readonly maxMs: number;
  /** Each pause is this many times as long as the one before; 2 by default. */
  readonly factor?: number;
  /** Share of the pause that is added at most, at random: 0.2 is up to 20 %; none by default. */
  readonly jitter?: number;
}

/** The pause after a failure that `earlier` others precede; `random` is in [0, 1). */
export function backoffMs(
  { minMs, maxMs, factor = DOUBLING, jitter = 0 }: Backoff,
  earlier: number,
  random = 0,
): number {
  // A power that overflows to Infinity becomes maxMs.
  return Math.min(maxMs, minMs * factor ** earlier) * (1 + random * jitter);
}

/** The pauses of something that is started again and again: the shortest one after `quietMs` of running. */
export class RestartBackoff {
  readonly #backoff: Backoff & { readonly quietMs: number };
  readonly #now: () => number;
  #earlier = 0;
  #startedAtMs = 0;

  constructor(backoff: Backoff & { readonly quietMs: number }, now: () => number) {
    this.#backoff = backoff;
    this.#now = now;
  }

  started(): void {
    this.#startedAtMs = this.#now();
  }

  /** The pause before the next start, after an end now. */
  nextMs(): number {
    if (this.#now() - this.#startedAtMs >= this.#backoff.quietMs) this.#earlier = 0;
    return backoffMs(this.#backoff, this.#earlier++);
  }
}
