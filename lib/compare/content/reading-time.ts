/** Of the thread that compares, reading pages and documents may take so much. */
const SHARE = 1 / 4;
/** Saved up at the most: a burst of a few hundred pages. */
const MAX_SAVED_MS = 1000;

/**
 * How much time is left for reading what is costly to read. Whether a pair is read must not depend on its
 * responses, so it is decided before by what the pairs before took.
 */
export class ReadingTime {
  readonly #now: () => number;
  #savedMs = MAX_SAVED_MS;
  #atMs: number;

  /** `now`: monotonic clock, ms. */
  constructor(now: () => number) {
    this.#now = now;
    this.#atMs = now();
  }

  get isLeft(): boolean {
    return this.#savedMs > 0;
  }

  /** Runs what may read, and takes its time off. */
  spend<T>(read: () => T): T {
    const beganMs = this.#now();
    const earned = (beganMs - this.#atMs) * SHARE;
    this.#atMs = beganMs;
    const result = read();
    this.#savedMs = Math.min(MAX_SAVED_MS, this.#savedMs + earned) - (this.#now() - beganMs);
    return result;
  }
}
