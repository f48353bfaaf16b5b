import { counted } from '../../text/numbers.ts';
import { durationOf } from '../../text/times.ts';
import type { Estimate } from '../report.ts';
import type { Criterion } from '../signals/signal.ts';
import type { DecisionContext } from './context.ts';

/** Below this share the progress so far says little of the time left. */
const MIN_PROGRESS = 0.05;
/** A test that had no request for so long, and for this share of its time, has none. */
const QUIET_MS = 600_000;
const QUIET_SHARE = 0.5;

const DAY_MS = 86_400_000;
const MAX_DAYS = 1000;
const UNKNOWN: Estimate = { leftMs: null, never: null };

/** Which criteria are not met, and how far each of them is, 0 to 1. */
export interface Standing {
  readonly unmet: readonly Criterion[];
  readonly shares: readonly number[];
  readonly elapsedMs: number;
  readonly isBlocked: boolean;
}

/**
 * The criterion that is behind the others goes on as it went so far. What waits for a person, or is blocked, is not a matter of
 * time. That the test ends first is only said after its shortest time, and by the number of requests: all else begins later, or
 * does not grow in proportion.
 */
export function estimateOf(
  context: DecisionContext,
  { unmet, shares, elapsedMs, isBlocked }: Standing,
): Estimate {
  const { settings, evidence } = context;
  if (isBlocked || unmet.length === 0) return UNKNOWN;
  const { pairs, lastPairAt } = evidence.totals;
  const isEarly = elapsedMs < settings.minTimeMs;
  const untilEnd = `the test ends in ${durationOf(Math.max(0, settings.deadlineMs - elapsedMs))} (verdict.deadline)`;
  const quietMs = elapsedMs - (pairs === 0 ? 0 : lastPairAt);
  if (!isEarly && quietMs >= QUIET_MS && quietMs >= QUIET_SHARE * elapsedMs) {
    const what = pairs === 0 ? 'no request was compared yet' : 'no request was compared';
    const since = pairs === 0 ? '' : ` for ${durationOf(quietMs)}`;
    return { leftMs: null, never: `${what}${since}, and ${untilEnd}` };
  }
  const least = Math.min(...shares);
  const leftMs = leftOf(least, elapsedMs);
  const requests = unmet.findIndex((criterion) => criterion.isShareOfPairs === true);
  const neededMs = leftOf(shares[requests] ?? 1, elapsedMs);
  if (isEarly || pairs === 0 || elapsedMs + neededMs <= settings.deadlineMs) {
    return { leftMs: least < MIN_PROGRESS ? null : Math.round(leftMs), never: null };
  }
  const what = unmet[requests]?.missing(context, elapsedMs)[0] ?? 'more requests';
  return {
    leftMs: null,
    never: `it needs ${what}, which takes about ${longOf(neededMs)}, and ${untilEnd}`,
  };
}

// Private

function leftOf(share: number, elapsedMs: number): number {
  return (elapsedMs * (1 - share)) / share;
}

function longOf(ms: number): string {
  if (ms <= 3 * DAY_MS) return durationOf(ms);
  return ms > MAX_DAYS * DAY_MS ? 'years' : counted(Math.ceil(ms / DAY_MS), 'day');
}
