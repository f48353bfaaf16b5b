import { judgeLike } from '../../compare/like.ts';
import type { AskedAgain, PairOutcome, ResponseSummary } from '../../compare/outcome.ts';
import { isDenied, severityOf } from '../../compare/severity.ts';
import type { DecisionContext } from '../decision/context.ts';
import type { EndpointEvidence } from '../evidence/endpoint.ts';
import { countUnjudged } from '../evidence/unjudged.ts';
import { WARMUP_PER_ENDPOINT } from '../parameters.ts';
import { denialStands } from './access.ts';
import type { ObservedPair } from './signal.ts';

const NO_RESPONSE: ResponseSummary = { status: 0, ms: 0, failure: null };
const NO_OUTCOME: PairOutcome = {
  requestId: '',
  atMs: 0,
  endpoint: '',
  running: NO_RESPONSE,
  testing: NO_RESPONSE,
  differences: [],
  differs: false,
  baseline: null,
};

type Pair = { -readonly [K in keyof ObservedPair]: ObservedPair[K] };

/** The one object in which all pairs are passed to the signals. */
export function blankPair(): Pair {
  return {
    outcome: NO_OUTCOME,
    atMs: 0,
    change: 0,
    doubt: 0,
    setAside: null,
    denialStands: true,
    runningFailed: false,
    testingFailed: false,
    isWarm: false,
    isTimed: false,
    second: null,
  };
}

/** Counts the pair and prepares what the signals observe of it. */
export function observePair(
  { evidence, settings }: DecisionContext,
  endpoint: EndpointEvidence,
  outcome: PairOutcome,
  atMs: number,
  pair: Pair,
): void {
  const { totals } = evidence;
  const { counts } = endpoint;
  const { running, testing } = outcome;
  pair.outcome = outcome;
  pair.atMs = atMs;
  pair.denialStands = !isDenied(running) || denialStands(endpoint, outcome);
  pair.runningFailed = severityOf(running) === 2;
  pair.testingFailed = severityOf(testing) === 2;
  judge(pair);
  totals.pairs++;
  totals.lastPairAt = atMs;
  counts.pairs++;
  if (pair.change !== 0) {
    const side = pair.change > 0 ? 'worse' : 'better';
    totals[side]++;
    counts[side]++;
  }
  if (pair.doubt > 0 || pair.setAside !== null) {
    countUnjudged(evidence, endpoint, pair.setAside === null ? 'doubtful' : 'setAside');
  }
  pair.second = secondOf(outcome);
  pair.isWarm =
    settings.speed === 'block' &&
    counts.pairs > WARMUP_PER_ENDPOINT &&
    totals.pairs > settings.warmupRequests &&
    atMs >= settings.warmupTimeMs;
  pair.isTimed = pair.isWarm && outcome.disturbed !== true;
}

// Private

/** What the pair says, and whether it counts at all. */
function judge(pair: Pair): void {
  const { outcome } = pair;
  const known = outcome.setAside ?? null;
  const finding = known === null ? judgeLike(outcome, pair.denialStands) : 'same';
  pair.setAside = finding === 'moved-on' ? 'state-moved-on' : known;
  pair.change = finding === 'worse' ? 1 : finding === 'better' ? -1 : 0;
  pair.doubt = finding === 'doubt-worse' ? 1 : finding === 'doubt-better' ? -1 : 0;
}

/** Second responses that can be timed. */
function secondOf({ again = null }: PairOutcome): AskedAgain | null {
  if (again === null || again === 'no-room') return null;
  return severityOf(again.running) === 2 || severityOf(again.testing) === 2 ? null : again;
}
