import { discordanceE } from './e-values.ts';
import type { EndpointCounts, EndpointEvidence } from './endpoint.ts';
import type { Evidence } from './evidence.ts';
import type { VerdictParameters } from './settings.ts';
import { type Comparison } from './severity.ts';

const HIGHEST_NULL_RATE = 0.45;

/** Failures: one-sided ones by their balance (paired) and by their rate (burst). */
export function observeStatus(
  evidence: Evidence,
  endpoint: EndpointEvidence,
  comparison: Comparison,
  atMs: number,
  runningFailed: boolean,
  parameters: VerdictParameters,
): void {
  const { totals, sums } = evidence;
  const { counts } = endpoint;
  // The null rates come from running's record before this request, so that they are predictable.
  const rate = flakeRate(counts.runningFailures, counts.runningRequests, parameters);
  const totalRate = flakeRate(totals.runningFailures, totals.runningRequests, parameters);
  countRunning(evidence, endpoint, runningFailed);
  totals.pairs++;
  totals.lastPairAt = atMs;
  counts.pairs++;
  if (counts.pairs === 1) totals.seenOnce++;
  else if (counts.pairs === 2) totals.seenOnce--;
  counts.recent += (comparison - counts.recent) / Math.min(counts.pairs, parameters.recentAnswers);
  if (comparison !== 0) {
    countOneSided(evidence, endpoint, comparison, atMs, parameters);
  }
  if (atMs >= counts.burstRestUntil) {
    if (comparison !== 0) counts.burstRestUntil = atMs + parameters.burstRestMs;
    const before = endpoint.burst.value;
    sums.burst += endpoint.budget * (endpoint.burst.update(comparison > 0, rate) - before);
  }
  if (atMs >= totals.burstRestUntil) {
    if (comparison !== 0) totals.burstRestUntil = atMs + parameters.burstRestMs;
    evidence.burst.update(comparison > 0, totalRate);
  }
}

/** Running's own record; also from requests that were not mirrored. */
export function countRunning(
  evidence: Evidence,
  endpoint: EndpointEvidence,
  failed: boolean,
): void {
  evidence.totals.runningRequests++;
  endpoint.counts.runningRequests++;
  if (!failed) return;
  evidence.totals.runningFailures++;
  endpoint.counts.runningFailures++;
}

/** The share of discordant pairs that may go against testing under the null hypothesis. */
export function nullShareOf(ratio: number): number {
  return (1 + ratio) / (2 + ratio);
}

// Private

function flakeRate(failures: number, requests: number, parameters: VerdictParameters): number {
  const estimate = (2 * (failures + 0.5)) / (requests + 5);
  return Math.min(HIGHEST_NULL_RATE, Math.max(parameters.maxFlake, estimate));
}

/** A client that retries makes several failures of running out of one. */
function isRepetition(
  { better, betterAt, betterPair, pairs }: EndpointCounts,
  atMs: number,
  { creditRestMs, creditRestPairs }: VerdictParameters,
): boolean {
  return better > 0 && atMs < betterAt + creditRestMs && pairs <= betterPair + creditRestPairs;
}

function countOneSided(
  evidence: Evidence,
  endpoint: EndpointEvidence,
  comparison: Comparison,
  atMs: number,
  parameters: VerdictParameters,
): void {
  const { totals, sums } = evidence;
  const { counts } = endpoint;
  const nullShare = nullShareOf(parameters.ratio);
  const worse = comparison > 0;
  if (worse) {
    totals.worse++;
    counts.worse++;
  } else {
    totals.better++;
    if (!isRepetition(counts, atMs, parameters)) totals.credited++;
    counts.better++;
    counts.betterAt = atMs;
    counts.betterPair = counts.pairs;
  }
  if (atMs >= counts.pairedRestUntil) {
    counts.pairedRestUntil = atMs + parameters.pairedRestMs;
    if (worse) counts.pairedWorse++;
    else counts.pairedBetter++;
    const before = counts.paired;
    counts.paired = discordanceE(counts.pairedWorse, counts.pairedBetter, nullShare);
    sums.paired += endpoint.budget * (counts.paired - before);
  }
  if (atMs >= totals.pairedRestUntil) {
    totals.pairedRestUntil = atMs + parameters.pairedRestMs;
    if (worse) totals.pairedWorse++;
    else totals.pairedBetter++;
    totals.paired = discordanceE(totals.pairedWorse, totals.pairedBetter, nullShare);
  }
}
