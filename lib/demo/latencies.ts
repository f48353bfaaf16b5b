/** Buckets grow by 5 %, from 0.1 ms to about 2 minutes. */
const GROWTH = 1.05;
const SMALLEST_MS = 0.1;
const BUCKET_COUNT = 290;

/** Counts times in buckets: bounded memory for any number of them, exact to 5 %. */
export class Latencies {
  readonly #buckets = new Uint32Array(BUCKET_COUNT);
  #count = 0;
  #maxMs = 0;

  add(ms: number): void {
    const bucket = Math.ceil(Math.log(Math.max(ms, SMALLEST_MS) / SMALLEST_MS) / Math.log(GROWTH));
    const at = Math.min(bucket, BUCKET_COUNT - 1);
    this.#buckets[at] = (this.#buckets[at] ?? 0) + 1;
    this.#count += 1;
    this.#maxMs = Math.max(this.#maxMs, ms);
  }

  get maxMs(): number {
    return this.#maxMs;
  }

  /** The time that this share (0 to 1) of all did not exceed, ms; 0 while there is none. */
  quantileMs(share: number): number {
    let left = this.#count * share;
    for (const [at, count] of this.#buckets.entries()) {
      left -= count;
      if (count > 0 && left <= 0) return Math.min(SMALLEST_MS * GROWTH ** at, this.#maxMs);
    }
    return 0;
  }
}
