import type { PairOutcome, ResponseSummary } from '../../compare/outcome.ts';
import type { FailureKind } from '../../model/exchange.ts';
import type { Tally } from './tally.ts';

const FAILURE_WORDS: Readonly<Record<FailureKind, string>> = {
  refused: 'refused the connection',
  timeout: 'did not respond in time',
  reset: 'reset the connection',
  closed: 'closed the connection early',
  malformed: 'sent something that is not HTTP',
};
/** Checkpoints of earlier versions have the second word. */
const DENIED = /^(?:responded|answered) (?:40[13]|\d{3} with grpc-status (?:7|16))$/;

/** Keeps which responses were compared, with the request to try again. */
export function recordFailure(tally: Tally, { running, testing, requestId }: PairOutcome): void {
  const [ours, theirs] = [wordsOf(running), wordsOf(testing)];
  tally.add(
    { kind: 'status', path: `${ours} > ${theirs}`, running: ours, testing: theirs },
    requestId,
  );
}

/** Whether the words of a failure say that running denied the caller. */
export function isDenial(words: string): boolean {
  return DENIED.test(words);
}

// Private

function wordsOf({ status, failure, says }: ResponseSummary): string {
  if (failure !== null) return FAILURE_WORDS[failure];
  return status >= 100 ? `responded ${says ?? status}` : 'did not respond';
}
