import { BoundedMap } from '../../model/bounded-map.ts';

/** So long without a byte, while requests wait, is a hang if nothing else explains it. */
export const HANG_MS = 3000;
/** What a servlet usually does is known after so many bursts of bytes, and this time with requests. */
const KNOWN_HEARD = 100;
const KNOWN_MS = 60_000;
/** A servlet whose silences are known may be silent twice as long. */
const BEYOND_USUAL = 2;
/** One slow report is nothing unusual; so many requests that all wait are. */
const WAITING_MIN = 3;
/** More than are kept warm at once. */
const SERVLETS_MAX = 8;
/** A standstill of Vili or of the host is no silence of running. */
const STEP_MAX_MS = 500;

/** What the proxy knows of the servlet that users' requests go to. */
export interface Heard {
  readonly instance: string;
  /** How often bytes arrived. */
  readonly heard: number;
  /** Requests without a byte of a response. */
  readonly waitingNow: number;
}

interface Known {
  heard: number;
  withRequestsMs: number;
  longestMs: number;
}

/** How long the servlet that serves users has been silent while requests waited, and what is usual. */
export class Silence {
  readonly #known = new BoundedMap<string, Known>(SERVLETS_MAX);
  #last: Heard | null = null;
  #lookedMs = 0;
  #silentMs = 0;

  /** Looks again; null: nobody serves. */
  look(now: Heard | null, nowMs: number): void {
    const stepMs = Math.min(STEP_MAX_MS, Math.max(0, nowMs - this.#lookedMs));
    const last = this.#last;
    this.#lookedMs = nowMs;
    this.#last = now;
    if (now === null || last?.instance !== now.instance) {
      this.#silentMs = 0;
      return;
    }
    const known = this.#of(now.instance);
    const isHeard = now.heard !== last.heard;
    const isAsked = now.waitingNow > 0 && last.waitingNow > 0;
    if (isHeard || isAsked) known.withRequestsMs += stepMs;
    if (isHeard) {
      known.heard += 1;
      known.longestMs = Math.max(known.longestMs, this.#silentMs);
      this.#silentMs = 0;
    } else if (isAsked) this.#silentMs += stepMs;
  }

  /** Time in which requests waited since the last byte, ms. */
  get silentMs(): number {
    return this.#silentMs;
  }

  /** Whether it is silent for much longer than another servlet ever was, with several requests waiting. */
  isBeyond(other: string): boolean {
    const known = this.#known.peek(other);
    if (known === undefined || known.heard < KNOWN_HEARD) return false;
    if (known.withRequestsMs < KNOWN_MS || (this.#last?.waitingNow ?? 0) < WAITING_MIN)
      return false;
    return this.#silentMs >= Math.max(HANG_MS, BEYOND_USUAL * known.longestMs);
  }

  // Private

  #of(instance: string): Known {
    const known = this.#known.peek(instance) ?? { heard: 0, withRequestsMs: 0, longestMs: 0 };
    this.#known.set(instance, known);
    return known;
  }
}
