import type { LoopDelay } from '../facts.ts';

const SECONDS = 60;

/** The delays of the main thread in the last minute, second by second. */
export class LoopDelays {
  readonly #seconds: LoopDelay[] = [];
  #next = 0;

  add(delay: LoopDelay): void {
    this.#seconds[this.#next] = delay;
    this.#next = (this.#next + 1) % SECONDS;
  }

  /** The mean of all, and the worst second's 99th percentile and maximum; null before the first. */
  view(): LoopDelay | null {
    if (this.#seconds.length === 0) return null;
    const sum = this.#seconds.reduce((total, { mean }) => total + mean, 0);
    return {
      mean: sum / this.#seconds.length,
      p99: Math.max(...this.#seconds.map(({ p99 }) => p99)),
      max: Math.max(...this.#seconds.map(({ max }) => max)),
    };
  }
}
