import { performance } from 'node:perf_hooks';

/** The thread is woken up so often to see how late that is, ms. */
const WAKE_MS = 50;
/** Of those not taken yet; later ones replace the first. */
const KEPT_MAX = 1200;

/** How much later than asked for a thread woke up, seconds. */
export interface Delay {
  readonly mean: number;
  readonly p99: number;
  readonly max: number;
}

/**
 * Watches how late the calling thread wakes up, from now until it is stopped. Not by node's `monitorEventLoopDelay`: that
 * loses the interval in which it is reset, which is just the one of a long delay.
 */
export class LoopDelayWatch {
  readonly #timer: NodeJS.Timeout;
  #delays: number[] = [];
  #next = 0;
  #wokenAtMs = performance.now();

  constructor() {
    this.#timer = setInterval(() => this.#wake(), WAKE_MS).unref();
  }

  /** Since the last call, or the start; null when it was not woken up since. */
  take(): Delay | null {
    const delays = this.#delays.toSorted((left, right) => left - right);
    this.#delays = [];
    this.#next = 0;
    const max = delays.at(-1);
    if (max === undefined) return null;
    return {
      mean: delays.reduce((sum, delay) => sum + delay, 0) / delays.length,
      p99: delays[Math.ceil(0.99 * delays.length) - 1] ?? max,
      max,
    };
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  // Private

  #wake(): void {
    const nowMs = performance.now();
    this.#delays[this.#next] = Math.max(0, nowMs - this.#wokenAtMs - WAKE_MS) / 1000;
    this.#next = (this.#next + 1) % KEPT_MAX;
    this.#wokenAtMs = nowMs;
  }
}
