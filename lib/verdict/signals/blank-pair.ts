import type { PairOutcome, ResponseSummary } from '../../compare/outcome.ts';
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

/** The one object in which all pairs are passed to the signals. */
export function blankPair(): { -readonly [K in keyof ObservedPair]: ObservedPair[K] } {
  return {
    outcome: NO_OUTCOME,
    atMs: 0,
    change: 0,
    doubt: 0,
    setAside: null,
    denialStands: true,
    runningFailed: false,
    testingFailed: false,
    isTimed: false,
  };
}
