import { backoffMs } from '../../runtime/backoff.ts';

/** Default share by which a delay is randomly longer or shorter, so that restarts do not synchronize. */
const BACKOFF_JITTER = 0.2;

/** What backoff remembers about one servlet; immutable. */
export interface BackoffState {
  /** Failures without a ready time of `resetAfterMs` in between. */
  readonly consecutive: number;
  /** When the current process became ready, ms; null while it is not ready. */
  readonly readySinceMs: number | null;
}

export const NO_FAILURES: BackoffState = { consecutive: 0, readySinceMs: null };

/**
 * Delay before restart number `consecutive` (1 is the first): min(maxMs, minMs · 2^(consecutive-1))
 * ± 20 %. `random` returns numbers in [0, 1).
 */
export function nextDelayMs(options: {
  consecutive: number;
  minMs: number;
  maxMs: number;
  random: () => number;
}): number {
  const delayMs = backoffMs(options, Math.max(0, options.consecutive - 1));
  return Math.round(delayMs * (1 + BACKOFF_JITTER * (2 * options.random() - 1)));
}

/** The servlet became ready; the reset period starts. */
export function afterReady(state: BackoffState, nowMs: number): BackoffState {
  return { ...state, readySinceMs: state.readySinceMs ?? nowMs };
}

/** The servlet failed; `consecutive` restarts at 1 when it had been ready for `resetAfterMs`. */
export function afterFailure(
  state: BackoffState,
  nowMs: number,
  settings: { readonly resetAfterMs: number },
): BackoffState {
  const since = state.readySinceMs;
  const quiet = since !== null && nowMs - since >= settings.resetAfterMs;
  return { consecutive: quiet ? 1 : state.consecutive + 1, readySinceMs: null };
}
