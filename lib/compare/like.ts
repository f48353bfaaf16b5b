import type { AskedAgain, PairOutcome, ResponseSummary } from './outcome.ts';
import { compareSeverity, isDenied, mayPass, type SeverityChange, severityOf } from './severity.ts';

/**
 * What a pair says once the request has been put to both again. `moved-on`: nothing, since running now
 * responds as testing did. `doubt-worse`, `doubt-better`: it was not seen twice, or could not be asked.
 */
export type PairFinding = 'same' | 'worse' | 'better' | 'moved-on' | 'doubt-worse' | 'doubt-better';

/**
 * Judges a pair by like against like. What may pass (`mayPass`) counts only where the second responses,
 * which both gave at the same moment, say the same as the first ones. The rule is the same with running and
 * testing exchanged, so that of two identical builds neither is favoured. Failures always count.
 * `denialStands`: running would deny the caller again.
 */
export function judgeLike(outcome: PairOutcome, denialStands: boolean): PairFinding {
  const { running, testing, again = null } = outcome;
  if (outcome.failuresOnly === true) return findingOf(failed(testing) - failed(running));
  const first = compareSeverity(running, testing, denialStands);
  if (first === 0) return hasMovedOn(outcome) ? 'moved-on' : 'same';
  if (testing.failure !== null || !mayPass(running, testing.status)) return findingOf(first);
  // Without a second look it counts as it is: requests that cannot be repeated.
  if (again === null) return findingOf(first);
  // Whoever lets in a caller whom running denies twice has a hole, though it may not show each time.
  if (isDenied(running) && denialStands && first > 0) return letIn(again);
  if (again === 'no-room') return doubtful(first);
  const second = compareSeverity(again.running, again.testing, false);
  if (second === first) return findingOf(first);
  const isFailure = severityOf(again.running) === 2 || severityOf(again.testing) === 2;
  if (isFailure && second !== 0) return findingOf(second);
  return isLike(again, testing) ? 'moved-on' : doubtful(first);
}

// Private

const NOT_MODIFIED = 304;

/** Another status of the same severity, and running's second response has it too. */
function hasMovedOn({ running, testing, again = null }: PairOutcome): boolean {
  if (running.status === testing.status || again === null || again === 'no-room') return false;
  if (running.failure !== null || testing.failure !== null) return false;
  // Asked again without its condition, running sends what the client had.
  if (running.status === NOT_MODIFIED) return false;
  return again.running.failure === null && again.running.status === testing.status;
}

function letIn(again: AskedAgain | 'no-room'): PairFinding {
  if (again === 'no-room' || isDenied(again.running)) return 'worse';
  return severityOf(again.running) === 0 ? 'moved-on' : 'doubt-worse';
}

/** Running now responds as testing did at first, by the very status or by one that testing has now too. */
function isLike({ running, testing }: AskedAgain, first: ResponseSummary): boolean {
  if (severityOf(running) !== severityOf(first)) return false;
  return running.status === first.status || running.status === testing.status;
}

function failed(response: ResponseSummary): number {
  return severityOf(response) === 2 ? 1 : 0;
}

function findingOf(change: number): PairFinding {
  return change > 0 ? 'worse' : change < 0 ? 'better' : 'same';
}

function doubtful(change: SeverityChange): PairFinding {
  return change > 0 ? 'doubt-worse' : 'doubt-better';
}
