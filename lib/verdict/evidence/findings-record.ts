import type { DifferenceKind, PairOutcome, ResponseSummary } from '../../compare/outcome.ts';
import type { FailureKind } from '../../model/exchange.ts';
import type { EndpointEvidence } from './endpoint.ts';
import { Tally } from './tally.ts';

/** Differences taken from one pair, of those that count and of the others. */
const MAX_PER_PAIR = 4;

const FAILURE_WORDS: Readonly<Record<FailureKind, string>> = {
  refused: 'refused the connection',
  timeout: 'gave no answer in time',
  reset: 'reset the connection',
  closed: 'closed the connection early',
  malformed: 'sent something that is not HTTP',
};

/** Keeps which answer stood against which, with the request to try again. */
export function recordFailure(endpoint: EndpointEvidence, outcome: PairOutcome): void {
  const running = wordsOf(outcome.running);
  const testing = wordsOf(outcome.testing);
  endpoint.failures ??= new Tally();
  endpoint.failures.add(
    { kind: 'status', path: `${running} > ${testing}`, running, testing },
    outcome.requestId,
  );
}

/** Keeps which fields differ: those of a kind that counts apart from what is only told. */
export function recordDifferences(
  endpoint: EndpointEvidence,
  outcome: PairOutcome,
  counts: (kind: DifferenceKind) => boolean,
): void {
  const kept = { counting: 0, told: 0 };
  for (const difference of outcome.differences) {
    if (counts(difference.kind)) {
      // What running's second answer differs in too is noise.
      if (outcome.baseline?.differs === true || kept.counting++ >= MAX_PER_PAIR) continue;
      endpoint.differences ??= new Tally();
      endpoint.differences.add(difference, outcome.requestId);
    } else if (kept.told++ < MAX_PER_PAIR) {
      endpoint.alsoSeen ??= new Tally();
      endpoint.alsoSeen.add(difference, outcome.requestId);
    }
  }
}

// Private

function wordsOf(answer: ResponseSummary): string {
  if (answer.failure !== null) return FAILURE_WORDS[answer.failure];
  return answer.status >= 100 ? `answered ${answer.status}` : 'gave no answer';
}
