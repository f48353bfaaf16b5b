import type { SeverityChange } from '../../compare/severity.ts';
import { counted, percent } from '../../text/numbers.ts';
import { rejectionParts } from '../decision/budget.ts';
import type { DecisionContext } from '../decision/context.ts';
import type { EndpointCounts, EndpointEvidence } from '../evidence/endpoint.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { discordanceE } from '../math/e-values.ts';
import { type Finding, MAX_SAMPLES, WORTH_TELLING } from '../report.ts';
import type { VerdictParameters } from '../settings.ts';

const HIGHEST_NULL_RATE = 0.45;

/** Failures: one-sided ones by their balance (paired) and by their rate (burst). */
export function observeStatus(
  evidence: Evidence,
  endpoint: EndpointEvidence,
  comparison: SeverityChange,
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
  comparison: SeverityChange,
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

const MAX_ENDPOINTS = 4;
/** When the endpoints named have less than this share of all failures, the sum is told as well. */
const TELLING_SHARE = 0.7;

/** Requests in which testing did worse, by endpoint, and callers it let in. */
export function errorFindings(context: DecisionContext): readonly Finding[] {
  const { evidence, parameters } = context;
  const { budget } = parameters;
  const parts = rejectionParts(evidence, budget);
  const suspects = [...evidence.endpoints.all()]
    .filter(({ counts }) => counts.worse > counts.better)
    .sort((left, right) => suspicion(context, right) - suspicion(context, left));
  const named = suspects
    .filter((one) => one.counts.hold > 0 || isSuspicious(one))
    .slice(0, MAX_ENDPOINTS);
  const { totals } = evidence;
  const overall = budget.paired * totals.paired + budget.burst * evidence.burst.value;
  const explained = named.reduce((sum, { counts }) => sum + counts.worse, 0);
  const findings: Finding[] = [];
  const lettingIn = [...evidence.endpoints.all()].filter(({ counts }) => counts.letIn > 0);
  for (const endpoint of lettingIn.slice(0, MAX_ENDPOINTS)) {
    findings.push({ reason: letInReason(endpoint), strength: parts.auth + parts.errors / 10 });
  }
  // The largest share of what the endpoint did is never below what the global tests say it did.
  for (const endpoint of named) {
    if (endpoint.counts.letIn === endpoint.counts.worse) continue;
    const share = isSuspicious(endpoint) ? endpoint.counts.worse / Math.max(1, totals.worse) : 0;
    findings.push({
      reason: endpointReason(context, endpoint),
      strength: Math.max(suspicion(context, endpoint), parts.errors * share * share),
    });
  }
  const isOverall = Math.max(totals.paired, evidence.burst.value) >= WORTH_TELLING;
  if (isOverall && suspects.length > 1 && explained < TELLING_SHARE * totals.worse) {
    findings.push({ reason: totalReason(context, suspects), strength: overall });
  }
  return findings;
}

// Private

/** One that fails now and then on both sides, and once more on testing, is not to blame for others. */
function isSuspicious({ counts, burst }: EndpointEvidence): boolean {
  return Math.max(counts.paired, burst.value) >= WORTH_TELLING;
}

/** What one endpoint adds to the evidence for a rejection. */
function suspicion(
  { parameters: { budget } }: DecisionContext,
  endpoint: EndpointEvidence,
): number {
  const excess =
    budget.endpointPaired * (endpoint.counts.paired - 1) +
    budget.endpointBurst * (endpoint.burst.value - 1);
  return Math.max(0, endpoint.budget * excess);
}

function endpointReason(
  { settings }: DecisionContext,
  endpoint: EndpointEvidence,
): Finding['reason'] {
  const { pairs, worse, better } = endpoint.counts;
  const [top, ...others] = endpoint.failures?.entries() ?? [];
  const what = top === undefined ? 'did worse' : `${top.testing} where running ${top.running}`;
  const also =
    others.length > 0 && top !== undefined ? ` (${top.count} times) or failed otherwise` : '';
  const balance = better > 0 ? `, and better in ${better}` : '';
  return {
    code: 'errors',
    endpoint: endpoint.name,
    text:
      `${endpoint.name}: testing ${what}${also}, in ${worse} of ` +
      `${counted(pairs, 'request')}${balance} (at most ${percent(settings.margin)} more ` +
      `failures than running are allowed)`,
    observed: worse / pairs,
    limit: settings.margin,
    samples: top?.samples.slice(0, MAX_SAMPLES) ?? [],
  };
}

function totalReason(
  { evidence: { totals }, settings }: DecisionContext,
  suspects: readonly EndpointEvidence[],
): Finding['reason'] {
  const samples = suspects.flatMap((one) => one.failures?.entries()[0]?.samples.slice(0, 1) ?? []);
  return {
    code: 'errors',
    endpoint: null,
    text:
      `testing did worse than running in ${totals.worse} and better in ${totals.better} of ` +
      `${counted(totals.pairs, 'request')}, on ${counted(suspects.length, 'endpoint')} ` +
      `(at most ${percent(settings.margin)} more failures than running are allowed)`,
    observed: (totals.worse - totals.better) / totals.pairs,
    limit: settings.margin,
    samples: samples.slice(0, MAX_SAMPLES),
  };
}

function letInReason(endpoint: EndpointEvidence): Finding['reason'] {
  const { letIn, refused } = endpoint.counts;
  const entries = endpoint.failures?.entries() ?? [];
  const entry = entries.find((one) => /answered 40[13]/.test(one.running));
  return {
    code: 'auth-bypass',
    endpoint: endpoint.name,
    text:
      `${endpoint.name}: testing let in callers that running refused with 401 or 403, in ` +
      `${letIn} of ${counted(refused, 'refused request')}`,
    observed: letIn / Math.max(1, refused),
    limit: 0,
    samples: entry?.samples.slice(0, MAX_SAMPLES) ?? [],
  };
}
