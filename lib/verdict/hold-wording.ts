import type { VerdictBasis } from './basis.ts';
import { moreUntil } from './e-values.ts';
import type { EndpointCounts, EndpointEvidence } from './endpoint.ts';
import { type Hold, holds } from './holds.ts';
import { counted } from './wording.ts';

const MANY = 1e6;

/** The answers an endpoint's rule counts: in all, worse, better. */
type Balance = readonly [total: number, worse: number, better: number];

/** The endpoints that stand in the way, the ones with the most evidence against them first. */
export function heldEndpoints({ evidence }: VerdictBasis): readonly EndpointEvidence[] {
  if (evidence.totals.held === 0) return [];
  const held = [...evidence.endpoints.all()].filter((one) => one.counts.hold > 0);
  return held.sort((left, right) => suspicionOf(right) - suspicionOf(left));
}

/** How far an endpoint that holds is from letting go, 0 to 1. */
export function endpointProgress(basis: VerdictBasis, endpoint: EndpointEvidence): number {
  const { parameters } = basis;
  const { counts, burst, latency } = endpoint;
  const hold = holdOf(counts);
  const balance = balanceOf(hold, counts);
  if (balance !== null) {
    return balance[0] / (balance[0] + answersMissing(basis, balance));
  }
  const failing = Math.max(
    burst.value / parameters.burstHoldOdds,
    counts.paired / parameters.holdOdds,
  );
  const excess: Partial<Record<Hold, number>> = {
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
export function endpointMissing(basis: VerdictBasis, endpoint: EndpointEvidence): string {
  const { counts, name } = endpoint;
  const hold = holdOf(counts);
  const balance = balanceOf(hold, counts);
  const needs = balance === null ? '' : `: ${needed(answersMissing(basis, balance))}`;
  const failing =
    `fails in testing, worse in ${counts.worse} of ` + counted(counts.pairs, 'request');
  const differs = `answers differently in ${counts.shapeWorse} of ${counted(counts.controls, 'answer')}`;
  const words: Record<Hold, string> = {
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

function holdOf(counts: EndpointCounts): Hold {
  return holds[counts.hold] ?? 'none';
}

/** Null for holds that are not about ruling out an excess. */
function balanceOf(hold: Hold, counts: EndpointCounts): Balance | null {
  if (hold === 'did-worse') return [counts.pairs, counts.worse, counts.better];
  if (hold === 'differed') return [counts.controls, counts.shapeWorse, counts.shapeBetter];
  if (hold !== 'differs-uncontrolled') return null;
  return [counts.uncontrolled, counts.uncontrolledDiffers, 0];
}

function needed(more: number): string {
  return more >= MANY ? 'your decision' : `needs about ${counted(more, 'more good answer')}`;
}

function answersMissing(
  { tests, parameters }: VerdictBasis,
  [total, worse, better]: Balance,
): number {
  const same = total - worse - better;
  const value = (more: number): number => tests.endpoint(same + more, worse, better);
  return Math.max(1, moreUntil(value, parameters.endpointOdds, MANY));
}
