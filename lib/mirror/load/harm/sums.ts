import type { Cost } from './pace.ts';

const BUCKET_MS = 1000;
const BUCKETS = 60;
/** No single response makes an average. */
const LARGEST_EXTRA_MS = 1000;

interface Bucket {
  atMs: number;
  responses: number;
  score: number;
  extraMs: number;
}

/** The mean cost of the responses of some time. */
export interface Mean {
  readonly responses: number;
  readonly score: number;
  readonly extraMs: number;
}

/** The cost of users' responses in the last minute, by the second. */
export class RecentCosts {
  readonly #buckets: Bucket[] = [];

  add(atMs: number, { score, extraMs }: Cost): void {
    const start = Math.floor(atMs / BUCKET_MS) * BUCKET_MS;
    let bucket = this.#buckets.findLast((it) => it.atMs === start);
    if (bucket === undefined) {
      bucket = { atMs: start, responses: 0, score: 0, extraMs: 0 };
      this.#buckets.push(bucket);
      if (this.#buckets.length > BUCKETS) this.#buckets.shift();
    }
    bucket.responses++;
    bucket.score += score;
    bucket.extraMs += Math.min(LARGEST_EXTRA_MS, extraMs);
  }

  /** Over the `forMs` before `nowMs`. */
  mean(nowMs: number, forMs: number): Mean {
    let [responses, score, extraMs] = [0, 0, 0];
    for (const bucket of this.#buckets) {
      if (bucket.atMs < nowMs - forMs || bucket.atMs > nowMs) continue;
      responses += bucket.responses;
      score += bucket.score;
      extraMs += bucket.extraMs;
    }
    const count = Math.max(1, responses);
    return { responses, score: score / count, extraMs: extraMs / count };
  }

  clear(): void {
    this.#buckets.length = 0;
  }
}
