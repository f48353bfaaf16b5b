import { judgeLike } from '../../compare/like.ts';
import type { PairOutcome } from '../../compare/outcome.ts';
import type { EndpointEvidence } from '../evidence/endpoint.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { unjudgedIn, unjudgedOf } from '../evidence/unjudged.ts';
import type { ObservedPair } from './signal.ts';

/** What the pair says, and whether it counts at all: written into the pair, and counted. */
export function judgePair(
  evidence: Evidence,
  endpoint: EndpointEvidence,
  pair: { -readonly [K in keyof ObservedPair]: ObservedPair[K] },
  outcome: PairOutcome,
): void {
  const finding =
    (outcome.setAside ?? null) === null ? judgeLike(outcome, pair.denialStands) : 'same';
  pair.setAside = outcome.setAside ?? (finding === 'moved-on' ? 'state-moved-on' : null);
  pair.change = finding === 'worse' ? 1 : finding === 'better' ? -1 : 0;
  pair.doubt = finding === 'doubt-worse' ? 1 : finding === 'doubt-better' ? -1 : 0;
  if (pair.change !== 0) {
    const side = pair.change > 0 ? 'worse' : 'better';
    evidence.totals[side]++;
    endpoint.counts[side]++;
  }
  if (pair.doubt <= 0 && pair.setAside === null) return;
  const what = pair.setAside === null ? 'doubtful' : 'setAside';
  unjudgedIn(evidence)[what]++;
  unjudgedOf(endpoint)[what]++;
}
