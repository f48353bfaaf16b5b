import type { PauseReason } from '../wire/protocol.ts';
import { RunningSlowness } from './slowness.ts';

/** The first pairs of an endpoint all get a control request. */
const FIRST_PAIRS = 20;
/** Weight of the newest pair in the rates below. */
const NEWEST = 1 / 16;
/** Testing differs so much more often than running from itself that every pair is looked into. */
const SUSPICIOUS_EXCESS = 0.1;

/** Decides for which pairs running is asked a second time, per endpoint. */
export interface BaselinePlan {
  /**
   * Never while running is slow or Vili is busy: users come first. `isDenied`: running refused the
   * caller, and is asked again about the first of those too.
   */
  wanted(endpoint: string, isDenied?: boolean): boolean;
  /** How running answered a user. */
  answered(endpoint: string, ms: number): void;
  /** For how many pairs running was left alone since the last call, by reason. */
  takePaused(): Readonly<Record<PauseReason, number>>;
  /** `control` null: running was not asked again, or the answers could not be compared. */
  learn(endpoint: string, differs: boolean, baseline: boolean | null): void;
}

export interface BaselineSettings {
  /** Share of pairs beyond the first ones, 0 to 1; 0 switches control requests off. */
  readonly share: number;
  readonly maxEndpoints: number;
  readonly random: () => number;
  /** The users' thread has no time left. */
  readonly isBusy: () => boolean;
}

interface Habit {
  pairs: number;
  refusals: number;
  testingRate: number;
  noiseRate: number;
}

export function createBaselinePlan(settings: BaselineSettings): BaselinePlan {
  const habits = new Map<string, Habit>();
  const slowness = new RunningSlowness(settings.maxEndpoints);
  let paused = { slow: 0, busy: 0 };
  const habitOf = (endpoint: string): Habit | null => {
    const found = habits.get(endpoint);
    if (found !== undefined) return found;
    if (habits.size >= settings.maxEndpoints) return null;
    const habit = { pairs: 0, refusals: 0, testingRate: 0, noiseRate: 0 };
    habits.set(endpoint, habit);
    return habit;
  };

  return {
    wanted(endpoint, isDenied = false) {
      if (settings.share <= 0) return false;
      if (slowness.isSlow || settings.isBusy()) {
        paused[slowness.isSlow ? 'slow' : 'busy']++;
        return false;
      }
      const habit = habitOf(endpoint);
      if (habit === null) return settings.random() < settings.share;
      if (isDenied && ++habit.refusals <= FIRST_PAIRS) return true;
      habit.pairs++;
      if (habit.pairs <= FIRST_PAIRS) return true;
      // An endpoint where running differs from itself as often is noisy, not suspicious.
      if (habit.testingRate > habit.noiseRate + SUSPICIOUS_EXCESS) return true;
      return settings.random() < settings.share;
    },
    answered: (endpoint, ms) => slowness.answered(endpoint, ms),
    takePaused() {
      const taken = paused;
      paused = { slow: 0, busy: 0 };
      return taken;
    },
    learn(endpoint, differs, baseline) {
      const habit = habits.get(endpoint);
      if (habit === undefined) return;
      habit.testingRate += (Number(differs) - habit.testingRate) * NEWEST;
      if (baseline !== null) habit.noiseRate += (Number(baseline) - habit.noiseRate) * NEWEST;
    },
  };
}
