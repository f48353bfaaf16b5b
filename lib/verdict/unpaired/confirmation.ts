import { AGAIN_ODDS, PAUSE_MS, OUTAGE_PAUSE_MS, SLOW_PAUSE_MS, WORSE_ODDS } from './parameters.ts';
import type { RateProcess } from './rate-process.ts';

/** The evidence as of one block. */
export interface Standing {
  readonly odds: number;
  /** What adds most to it. */
  readonly strongest: RateProcess;
  /** Without slowness it would not be complete. */
  readonly isSlowness: boolean;
  /** Most of everything fails. */
  readonly isOutage: boolean;
}

/**
 * Evidence that is complete has to be seen again after a pause, so that a hiccup does not move users. Once
 * confirmed, it stays so.
 */
export class Confirmation {
  #pendingSinceMs: number | null = null;
  /** What is looked at again; null during the pause. */
  #again: RateProcess | null = null;
  #pauseMs = 0;
  isConfirmed = false;

  get isPending(): boolean {
    return this.#pendingSinceMs !== null;
  }

  update(atMs: number, standing: Standing): void {
    if (standing.odds < WORSE_ODDS) {
      this.#pendingSinceMs = null;
      this.#again = null;
      this.#pauseMs = 0;
      return;
    }
    this.#pendingSinceMs ??= atMs;
    if (this.#again === null) {
      this.#pauseMs = Math.max(this.#pauseMs, pauseOf(standing));
      if (atMs - this.#pendingSinceMs < this.#pauseMs) return;
      this.#again = standing.strongest;
      this.#again.beginAgain();
    } else if (this.#again.againValue >= AGAIN_ODDS) this.isConfirmed = true;
  }
}

// Private

function pauseOf({ isSlowness, isOutage }: Standing): number {
  if (isSlowness) return SLOW_PAUSE_MS;
  return isOutage ? OUTAGE_PAUSE_MS : PAUSE_MS;
}
