/** The growth factor of buckets: a quantile is accurate to 4 %. */
const GROWTH = 1.08;
const LEAST_MS = 0.05;
/** Enough for 87 minutes. */
const BUCKETS = 240;

/** Times in logarithmic buckets: quantiles of any number of responses in 2 kB. */
export class Histogram {
  readonly #counts = new Float64Array(BUCKETS);
  #total = 0;

  add(ms: number): void {
    const bucket = ms > LEAST_MS ? Math.log(ms / LEAST_MS) / Math.log(GROWTH) : 0;
    const index = Math.min(BUCKETS - 1, Math.floor(bucket));
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#total++;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#total = 0;
  }

  /** The time that `share` (0 to 1) of the responses do not exceed, ms; null without responses. */
  quantile(share: number): number | null {
    if (this.#total === 0) return null;
    let seen = 0;
    for (const [index, count] of this.#counts.entries()) {
      seen += count;
      if (seen >= share * this.#total) return LEAST_MS * GROWTH ** (index + 0.5);
    }
    return null;
  }

  /** The filled buckets as `index, count, index, count`. */
  checkpoint(): readonly number[] {
    return [...this.#counts].flatMap((count, index) => (count > 0 ? [index, count] : []));
  }

  restore(saved: unknown): void {
    if (!Array.isArray(saved)) return;
    for (let at = 0; at + 1 < saved.length; at += 2) {
      const [index, count] = [Number(saved[at]), Number(saved[at + 1])];
      if (!Number.isInteger(index) || index < 0 || index >= BUCKETS || !(count > 0)) continue;
      this.#counts[index] = (this.#counts[index] ?? 0) + count;
      this.#total += count;
    }
  }
}
