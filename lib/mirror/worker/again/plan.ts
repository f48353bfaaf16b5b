import { entryOf } from '../../../compare/limited.ts';
import type { PauseReason } from '../../wire/protocol.ts';
import { RunningSlowness } from './slowness.ts';

/** The first pairs of an endpoint all get a baseline request. */
const FIRST_PAIRS = 20;
/** Weight of the newest pair in the rates below. */
const NEWEST = 1 / 16;
/** Testing differs so much more often than running from itself that every pair gets a baseline. */
const SUSPICIOUS_EXCESS = 0.1;

/** While the times are what is missing: every pair, and at most one in this time. */
const TIMES_EVERY_MS = 50;

export interface BaselineSettings {
  /** Share of pairs beyond the first ones, 0 to 1; 0 switches baseline requests off. */
  readonly share: number;
  readonly maxEndpoints: number;
  readonly random: () => number;
  /** Users leave no time. */
  readonly isBusy: () => boolean;
  /** Monotonic clock, ms. */
  readonly now: () => number;
  /** It is still to be shown that testing is as fast as running. */
  readonly isSpeedMissing: () => boolean;
}

interface Habit {
  pairs: number;
  denials: number;
  testingRate: number;
  noiseRate: number;
}

/** Decides, per endpoint, for which pairs running gets the request a second time. */
export class BaselinePlan {
  readonly #settings: BaselineSettings;
  readonly #habits = new Map<string, Habit>();
  readonly #slowness: RunningSlowness;
  #paused = { slow: 0, busy: 0 };
  #timesFromMs = 0;

  constructor(settings: BaselineSettings) {
    this.#settings = settings;
    this.#slowness = new RunningSlowness(settings.maxEndpoints);
  }

  /**
   * Never while running is slow or Vili is busy: users come first. `isDenied`: running denied the
   * caller; the first of those pairs get a baseline too.
   */
  wanted(endpoint: string, isDenied = false): boolean {
    const { share, random, isBusy } = this.#settings;
    if (share <= 0) return false;
    const { isSlow } = this.#slowness;
    if (isSlow || isBusy()) {
      this.#paused[isSlow ? 'slow' : 'busy']++;
      return false;
    }
    const habit = this.#habitOf(endpoint);
    if (habit === null) return random() < share;
    if (isDenied && ++habit.denials <= FIRST_PAIRS) return true;
    habit.pairs++;
    if (habit.pairs <= FIRST_PAIRS) return true;
    // An endpoint where running differs from itself as often is noisy, not suspicious.
    if (habit.testingRate > habit.noiseRate + SUSPICIOUS_EXCESS) return true;
    return random() < share || this.#wantsTimes();
  }

  /** Whether running is ever asked a second time. */
  get isOn(): boolean {
    return this.#settings.share > 0;
  }

  /** Whether running may be asked at all now. */
  mayAsk(): boolean {
    return this.isOn && !this.#slowness.isSlow && !this.#settings.isBusy();
  }

  /** Running responded to a user. */
  observeRunning(endpoint: string, ms: number): void {
    this.#slowness.observe(endpoint, ms);
  }

  /** For how many pairs running was left alone since the last call, by reason. */
  takePaused(): Readonly<Record<PauseReason, number>> {
    const taken = this.#paused;
    this.#paused = { slow: 0, busy: 0 };
    return taken;
  }

  /** `baseline` null: there was no baseline request, or the responses could not be compared. */
  learn(endpoint: string, differs: boolean, baseline: boolean | null): void {
    const habit = this.#habits.get(endpoint);
    if (habit === undefined) return;
    habit.testingRate += (Number(differs) - habit.testingRate) * NEWEST;
    if (baseline !== null) habit.noiseRate += (Number(baseline) - habit.noiseRate) * NEWEST;
  }

  // Private

  /** More of them while only the times are missing, within what running bears. */
  #wantsTimes(): boolean {
    const { isSpeedMissing, now } = this.#settings;
    if (!isSpeedMissing()) return false;
    const nowMs = now();
    if (nowMs < this.#timesFromMs) return false;
    this.#timesFromMs = nowMs + TIMES_EVERY_MS;
    return true;
  }

  #habitOf(endpoint: string): Habit | null {
    const blank = () => ({ pairs: 0, denials: 0, testingRate: 0, noiseRate: 0 });
    return entryOf(this.#habits, endpoint, this.#settings.maxEndpoints, blank);
  }
}
