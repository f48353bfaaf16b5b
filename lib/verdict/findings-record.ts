import type { Answer, DifferenceKind, PairOutcome } from '../compare/outcome.ts';
import type { FailureKind } from '../gate/exchange.ts';
import type { EndpointEvidence } from './endpoint.ts';
import { Tally } from './tally.ts';

/** Differences taken from one pair; the ones that count come first. */
const MAX_PER_PAIR = 4;
/** Never counts: a consumer that does not know the field does not miss it. */
const HARMLESS: ReadonlySet<DifferenceKind> = new Set(['extra']);

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

/** Keeps which fields differ. What running's second answer differs in too is noise. */
export function recordDifferences(endpoint: EndpointEvidence, outcome: PairOutcome): void {
  if (outcome.control?.differs === true) return;
  endpoint.differences ??= new Tally();
  let kept = 0;
  for (const difference of outcome.differences) {
    if (HARMLESS.has(difference.kind)) continue;
    if (kept++ >= MAX_PER_PAIR) return;
    endpoint.differences.add(difference, outcome.requestId);
  }
}

// Private

function wordsOf(answer: Answer): string {
  if (answer.failure !== null) return FAILURE_WORDS[answer.failure];
  return answer.status >= 100 ? `answered ${answer.status}` : 'gave no answer';
}
