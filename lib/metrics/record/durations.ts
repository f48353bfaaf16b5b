/** Upper limits of the buckets, seconds. */
export const DURATION_LIMITS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
] as const;

const LIMITS_MS = DURATION_LIMITS.map((seconds) => seconds * 1000);

/** Times as Prometheus has them. */
export interface DurationsView {
  /** By limit of `DURATION_LIMITS`: how many took at most that long. */
  readonly cumulative: readonly number[];
  readonly count: number;
  readonly sumSeconds: number;
}

/** Any number of times in a fixed number of buckets; adding one allocates nothing. */
export class Durations {
  readonly #counts = new Float64Array(LIMITS_MS.length);
  #count = 0;
  #sumMs = 0;

  /** Negative times, as of a clock that was set back, count as 0. */
  add(ms: number): void {
    const valid = ms > 0 ? ms : 0;
    this.#count++;
    this.#sumMs += valid;
    for (let index = 0; index < LIMITS_MS.length; index++) {
      if (valid > (LIMITS_MS[index] ?? 0)) continue;
      this.#counts[index] = (this.#counts[index] ?? 0) + 1;
      return;
    }
  }

  view(): DurationsView {
    let sum = 0;
    const cumulative = [...this.#counts].map((count) => (sum += count));
    return { cumulative, count: this.#count, sumSeconds: this.#sumMs / 1000 };
  }
}
