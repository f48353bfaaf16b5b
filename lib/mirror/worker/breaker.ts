import { backoffMs } from '../../runtime/backoff.ts';
import type { BreakerSettings } from '../settings.ts';

/**
 * Spares a testing that does not respond: after a number of failures in a row no copies are sent
 * except single probes, at growing intervals, so that a dead testing keeps producing evidence.
 */
export class Breaker {
  readonly #settings: BreakerSettings;
  readonly #now: () => number;
  #failures = 0;
  /** How often it opened since it was last closed. */
  #openings = 0;
  /** Null: closed, copies are sent. */
  #probeAtMs: number | null = null;
  #isProbing = false;

  constructor(settings: BreakerSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
  }

  /** What `admit` would return is 'drop'; does not take the probe. */
  wouldDrop(): boolean {
    return this.#probeAtMs !== null && (this.#isProbing || this.#now() < this.#probeAtMs);
  }

  /** A copy admitted as `probe` is followed by its result, or by `abandoned`. */
  admit(): 'send' | 'probe' | 'drop' {
    if (this.#probeAtMs === null) return 'send';
    if (this.wouldDrop()) return 'drop';
    this.#isProbing = true;
    return 'probe';
  }

  /** True when the failure opened the breaker: what waits is better dropped. */
  failed(isProbe: boolean): boolean {
    this.#failures++;
    if (this.#probeAtMs === null) {
      if (this.#failures < this.#settings.failures) return false;
      this.#open();
      return true;
    }
    // Copies sent before it opened still fail; only a failed probe makes the wait longer.
    if (isProbe) this.#open();
    return false;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#openings = 0;
    this.#probeAtMs = null;
    this.#isProbing = false;
  }

  /** The probe has no result: it could not be sent. */
  abandoned(): void {
    this.#isProbing = false;
  }

  // Private

  #open(): void {
    this.#probeAtMs = this.#now() + backoffMs(this.#settings.backoff, this.#openings++);
    this.#isProbing = false;
  }
}
