import { ViliError } from '../errors.ts';

/** `confirmTimeMs` as shipped, for which the cool-downs of the signals are meant. */
const USUAL_CONFIRM_MS = 30_000;
const LEAST_COOLDOWN_SHARE = 1 / 15;

/** A test that goes on: when, and for how long it had been observed before (0 when that is not known). */
export interface Resumed {
  readonly nowMs: number;
  readonly observedMs: number;
}

/** What an operator sets. Times in milliseconds. */
export interface VerdictSettings {
  /** Fewest pairs before a promotion. */
  readonly minRequests: number;
  /** Shortest time since the start of the test before a promotion. */
  readonly minTimeMs: number;
  /** How much more often testing may fail than running: 0.005 is half a request in a hundred. */
  readonly margin: number;
  /** Latency is judged only after this many pairs... */
  readonly warmupRequests: number;
  /** ...and after this much time. */
  readonly warmupTimeMs: number;
  /** How long the evidence for a rejection must last before the version is rejected. */
  readonly confirmTimeMs: number;
  /** The window in which the log errors of both versions are compared. */
  readonly logWindowMs: number;
  /** A test without a result ends as `inconclusive` after this time. */
  readonly deadlineMs: number;
  /** Whether a vanished field or a changed type counts. */
  readonly shape: 'block' | 'report';
  /** Whether a changed value counts. */
  readonly values: 'block' | 'report';
  /** What a value that changed in nearly all responses does: holds the promotion, counts, or is only told. */
  readonly systematic: 'report' | 'hold' | 'block';
  /** Whether a slower testing version counts. */
  readonly speed: 'block' | 'report';
  /** Testing is what users have, on probation, and running what they had before: it gets only copies. */
  readonly isReversed?: boolean;
  /** Endpoints judged one by one; all others are judged together as one. */
  readonly maxEndpoints: number;
}

/** @throws ViliError `VILI_VERDICT_SETTINGS` for settings that make a test impossible. */
export function checkVerdictSettings(settings: VerdictSettings): void {
  const { margin, logWindowMs, maxEndpoints } = settings;
  if (!(margin > 0 && margin < 1)) throw invalid('margin', margin, 'between 0 and 1');
  if (!(logWindowMs > 0)) throw invalid('logWindowMs', logWindowMs, 'above 0');
  if (!(maxEndpoints >= 1)) throw invalid('maxEndpoints', maxEndpoints, 'at least 1');
}

/**
 * A confirmation time below the usual one means that hiccups are shorter too, so the cool-downs after a
 * failure shrink by this factor: otherwise a test of a few seconds would count almost nothing.
 */
export function cooldownScale({ confirmTimeMs }: VerdictSettings): number {
  return Math.min(1, Math.max(LEAST_COOLDOWN_SHARE, confirmTimeMs / USUAL_CONFIRM_MS));
}

// Private

function invalid(name: string, value: number, rule: string): ViliError {
  const message = `verdict setting ${name} is ${value}, it must be ${rule}`;
  return new ViliError('VILI_VERDICT_SETTINGS', message);
}
