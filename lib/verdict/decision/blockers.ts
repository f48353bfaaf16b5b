import { counted } from '../../text/numbers.ts';
import type { EndpointCounts, EndpointEvidence } from '../evidence/endpoint.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { moreUntil, type PairTest } from '../math/e-values.ts';
import type { VerdictParameters } from '../settings.ts';
import type { DecisionContext } from './context.ts';

/**
 * Why an endpoint stands in the way of a promotion. The position is the code in the checkpoint, so
 * new ones go to the end.
 */
export const blockers = [
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
export type Blocker = (typeof blockers)[number];

/** Running fails now and then when it fails at least this often. */
const RUNNING_FLAKY_RATE = 0.005;
/** Refused requests that should have come by now; after that, waiting for one is pointless. */
const REFUSALS_EXPECTED = 5;

export interface BlockerTests {
  /** Rules out that the endpoint does worse by `endpointMargin`. */
  readonly endpoint: PairTest;
}

/** Decides anew whether this endpoint holds; O(1), called after each of its pairs. */
export function updateBlocker(
  evidence: Evidence,
  endpoint: EndpointEvidence,
  tests: BlockerTests,
  parameters: VerdictParameters,
): void {
  const hold = blockers.indexOf(blockerOf(evidence, endpoint, tests, parameters));
  const { counts } = endpoint;
  if (hold > 0 !== counts.hold > 0) evidence.totals.held += hold > 0 ? 1 : -1;
  counts.hold = hold;
}

// Private

function blockerOf(
  evidence: Evidence,
  endpoint: EndpointEvidence,
  tests: BlockerTests,
  parameters: VerdictParameters,
): Blocker {
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
  tests: BlockerTests,
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
  tests: BlockerTests,
  parameters: VerdictParameters,
): boolean {
  const { controls, shapeWorse, shapeBetter } = endpoint.counts;
  if (shapeWorse === 0 || shapeBetter > 0) return false;
  return tests.endpoint(controls - shapeWorse, shapeWorse, 0) < parameters.endpointOdds;
}

/** Without a second answer of running, noise cannot be told from change: hold, never reject. */
function differsUncontrolled(
  endpoint: EndpointEvidence,
  tests: BlockerTests,
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

const MANY = 1e6;

/** The answers an endpoint's rule counts: in all, worse, better. */
type Balance = readonly [total: number, worse: number, better: number];

/** The endpoints that stand in the way, the ones with the most evidence against them first. */
export function heldEndpoints({ evidence }: DecisionContext): readonly EndpointEvidence[] {
  if (evidence.totals.held === 0) return [];
  const held = [...evidence.endpoints.all()].filter((one) => one.counts.hold > 0);
  return held.sort((left, right) => suspicionOf(right) - suspicionOf(left));
}

/** How far an endpoint that holds is from letting go, 0 to 1. */
export function endpointProgress(context: DecisionContext, endpoint: EndpointEvidence): number {
  const { parameters } = context;
  const { counts, burst, latency } = endpoint;
  const hold = blockerIn(counts);
  const balance = balanceOf(hold, counts);
  if (balance !== null) {
    return balance[0] / (balance[0] + answersMissing(context, balance));
  }
  const failing = Math.max(
    burst.value / parameters.burstHoldOdds,
    counts.paired / parameters.holdOdds,
  );
  const excess: Partial<Record<Blocker, number>> = {
    'failing-now': counts.recent / parameters.recentHold,
    failing,
    slower: latency.value / parameters.holdOdds,
    'very-slow': counts.slow / parameters.holdOdds,
    differs: counts.shape / parameters.holdOdds,
    'refusals-unseen': 2,
  };
  return 1 / Math.max(1, excess[hold] ?? 1);
}

/** In words what an endpoint needs before it lets go. */
export function endpointMissing(context: DecisionContext, endpoint: EndpointEvidence): string {
  const { counts, name } = endpoint;
  const hold = blockerIn(counts);
  const balance = balanceOf(hold, counts);
  const needs = balance === null ? '' : `: ${needed(answersMissing(context, balance))}`;
  const failing =
    `fails in testing, worse in ${counts.worse} of ` + counted(counts.pairs, 'request');
  const differs = `answers differently in ${counts.shapeWorse} of ${counted(counts.controls, 'answer')}`;
  const words: Record<Blocker, string> = {
    none: 'is fine',
    'failing-now': failing,
    failing,
    slower: `is slower in testing in ${counts.slower} of ${counted(counts.timed, 'answer')}`,
    'very-slow':
      `is very slow in testing ${counted(counts.slowTesting, 'time')}, ` +
      `in running ${counts.slowRunning}`,
    differs,
    'did-worse': `did worse in ${counts.worse} of ${counted(counts.pairs, 'request')}`,
    differed: differs,
    'differs-uncontrolled':
      `answers differently in ${counts.uncontrolledDiffers} of ` +
      `${counted(counts.uncontrolled, 'answer')}, and running was not asked twice, so it may be noise`,
    'refusals-unseen':
      'refused callers (401, 403) before the test, and testing has not been asked that yet',
  };
  return `${name} ${words[hold]}${needs}`;
}

// Private

/** The largest e-value against one endpoint. */
function suspicionOf({ counts, burst, latency }: EndpointEvidence): number {
  return Math.max(counts.paired, counts.slow, counts.shape, burst.value, latency.value);
}

function blockerIn(counts: EndpointCounts): Blocker {
  return blockers[counts.hold] ?? 'none';
}

/** Null for holds that are not about ruling out an excess. */
function balanceOf(hold: Blocker, counts: EndpointCounts): Balance | null {
  if (hold === 'did-worse') return [counts.pairs, counts.worse, counts.better];
  if (hold === 'differed') return [counts.controls, counts.shapeWorse, counts.shapeBetter];
  if (hold !== 'differs-uncontrolled') return null;
  return [counts.uncontrolled, counts.uncontrolledDiffers, 0];
}

function needed(more: number): string {
  return more >= MANY ? 'your decision' : `needs about ${counted(more, 'more good answer')}`;
}

function answersMissing(
  { tests, parameters }: DecisionContext,
  [total, worse, better]: Balance,
): number {
  const same = total - worse - better;
  const value = (more: number): number => tests.endpoint(same + more, worse, better);
  return Math.max(1, moreUntil(value, parameters.endpointOdds, MANY));
}
