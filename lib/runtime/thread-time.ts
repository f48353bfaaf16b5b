import { setInterval } from 'node:timers';

/** Interval of the ticks that show that the thread runs. */
const TICK_MS = 50;
/** A tick is at times this late on a thread that has been running all the time. */
const LATENESS_MS = 5;
/** How many standstills are remembered. */
const STANDSTILLS_MAX = 256;

interface Standstill {
  readonly endMs: number;
  readonly ms: number;
}

/**
 * A clock that stands still while its thread does not run: while something blocks the event loop, while the
 * process is stopped, while others have the processors. In that time nothing that has arrived could be read, so
 * it must not count against whoever was waited for. Accurate to a tick for each standstill.
 */
class ThreadTime {
  #lostMs = 0;
  #tickedAtMs = performance.now();
  #isTicking = false;
  /** The latest ones, oldest first. */
  readonly #standstills: Standstill[] = [];

  /** Ms in which the thread ran, from an arbitrary start. */
  now(): number {
    this.#start();
    const nowMs = performance.now();
    return nowMs - this.#lostMs - lateness(nowMs - this.#tickedAtMs);
  }

  /** How much of the last `ms` the thread did not run. */
  lostWithin(ms: number): number {
    this.#start();
    const nowMs = performance.now();
    let lostMs = lateness(nowMs - this.#tickedAtMs);
    for (let at = this.#standstills.length - 1; at >= 0; at--) {
      const standstill = this.#standstills[at];
      if (standstill === undefined || standstill.endMs < nowMs - ms) break;
      lostMs += standstill.ms;
    }
    return Math.min(lostMs, ms);
  }

  // Private

  #tick(): void {
    const endMs = performance.now();
    const ms = lateness(endMs - this.#tickedAtMs);
    this.#tickedAtMs = endMs;
    if (ms === 0) return;
    this.#lostMs += ms;
    this.#standstills.push({ endMs, ms });
    if (this.#standstills.length > STANDSTILLS_MAX) this.#standstills.shift();
  }

  #start(): void {
    if (this.#isTicking) return;
    this.#isTicking = true;
    this.#tickedAtMs = performance.now();
    setInterval(() => this.#tick(), TICK_MS).unref();
  }
}

function lateness(sinceTickMs: number): number {
  return sinceTickMs > TICK_MS + LATENESS_MS ? sinceTickMs - TICK_MS : 0;
}

/** The clock of the calling thread. */
export const threadTime = new ThreadTime();
