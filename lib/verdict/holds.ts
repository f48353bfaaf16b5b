import type { PairTest } from './e-values.ts';
import type { EndpointEvidence } from './endpoint.ts';
import type { Evidence } from './evidence.ts';
import type { VerdictParameters } from './settings.ts';

/**
 * Why an endpoint stands in the way of a promotion. The position is the code in the checkpoint, so
 * new ones go to the end.
 */
export const holds = [
  'none',
  'failing-now',
  'failing',
  'slower',
  'very-slow',
  'differs',
  'did-worse',
  'differed',
  'differs-uncontrolled',
  'refusals-unseen',
] as const;
export type Hold = (typeof holds)[number];

/** Running fails now and then when it fails at least this often. */
const RUNNING_FLAKY_RATE = 0.005;
/** Refused requests that should have come by now; after that, waiting for one is pointless. */
const REFUSALS_EXPECTED = 5;

export interface HoldTests {
  /** Rules out that the endpoint does worse by `endpointMargin`. */
  readonly endpoint: PairTest;
}

/** Decides anew whether this endpoint holds; O(1), called after each of its pairs. */
export function updateHold(
  evidence: Evidence,
  endpoint: EndpointEvidence,
  tests: HoldTests,
  parameters: VerdictParameters,
): void {
  const hold = holds.indexOf(holdOf(evidence, endpoint, tests, parameters));
  const { counts } = endpoint;
  if (hold > 0 !== counts.hold > 0) evidence.totals.held += hold > 0 ? 1 : -1;
  counts.hold = hold;
}

// Private

function holdOf(
  evidence: Evidence,
  endpoint: EndpointEvidence,
  tests: HoldTests,
  parameters: VerdictParameters,
): Hold {
  const { counts } = endpoint;
  const odds = parameters.holdOdds;
  if (counts.recent >= parameters.recentHold) return 'failing-now';
  if (endpoint.burst.value >= parameters.burstHoldOdds || counts.paired >= odds) return 'failing';
  if (endpoint.latency.value >= odds) return 'slower';
  if (counts.slow >= odds) return 'very-slow';
  if (counts.shape >= odds) return 'differs';
  if (didWorse(evidence, endpoint, tests, parameters)) return 'did-worse';
  if (differed(endpoint, tests, parameters)) return 'differed';
  if (differsUncontrolled(endpoint, tests, parameters)) return 'differs-uncontrolled';
  return refusalsUnseen(endpoint) ? 'refusals-unseen' : 'none';
}

function didWorse(
  evidence: Evidence,
  endpoint: EndpointEvidence,
  tests: HoldTests,
  parameters: VerdictParameters,
): boolean {
  const { pairs, worse, better } = endpoint.counts;
  if (worse <= better) return false;
  const { runningRequests, runningFailures } = evidence.totals;
  const flaky = runningFailures >= RUNNING_FLAKY_RATE * runningRequests + 1;
  if (worse - better < (flaky ? parameters.endpointLead : 1)) return false;
  return tests.endpoint(pairs - worse - better, worse, better) < parameters.endpointOdds;
}

/** A few differences beyond doubt running's own variation, on an endpoint with few answers. */
function differed(
  endpoint: EndpointEvidence,
  tests: HoldTests,
  parameters: VerdictParameters,
): boolean {
  const { controls, shapeWorse, shapeBetter } = endpoint.counts;
  if (shapeWorse === 0 || shapeBetter > 0) return false;
  return tests.endpoint(controls - shapeWorse, shapeWorse, 0) < parameters.endpointOdds;
}

/** Without a second answer of running, noise cannot be told from change: hold, never reject. */
function differsUncontrolled(
  endpoint: EndpointEvidence,
  tests: HoldTests,
  parameters: VerdictParameters,
): boolean {
  const { controls, uncontrolled, uncontrolledDiffers } = endpoint.counts;
  if (controls > 0 || uncontrolledDiffers === 0) return false;
  const same = uncontrolled - uncontrolledDiffers;
  return tests.endpoint(same, uncontrolledDiffers, 0) < parameters.endpointOdds;
}

/** Before the test running refused callers here: wait until testing has been asked the same. */
function refusalsUnseen(endpoint: EndpointEvidence): boolean {
  const { pairs, refused, historyRefused, historyAnswers } = endpoint.counts;
  if (historyRefused === 0 || refused > 0) return false;
  return pairs * (historyRefused / historyAnswers) < REFUSALS_EXPECTED;
}
