import type { PairOutcome, ResponseSummary } from '../../compare/outcome.ts';
import { saneMs, severityOf } from '../../compare/severity.ts';
import { counted, grouped, percent } from '../../text/numbers.ts';
import { milliseconds } from '../../text/times.ts';
import { rejectionParts } from '../decision/budget.ts';
import type { DecisionContext } from '../decision/context.ts';
import type { EndpointEvidence } from '../evidence/endpoint.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { Tally, type TallyEntry } from '../evidence/tally.ts';
import { discordanceE } from '../math/e-values.ts';
import { logOf, msOf, QUANTILE_WARM, stepQuantile } from '../math/quantile.ts';
import { type Finding, MAX_SAMPLES, WORTH_TELLING } from '../report.ts';
import type { VerdictParameters } from '../settings.ts';
import { nullShareOf } from './errors.ts';

/** An e-value from which on a slower answer is kept as an instance: most endpoints never need one. */
const SUSPICIOUS = 2;

/** Latency: is testing's answer clearly slower than running's (a sign test), or very slow. */
export function observeLatency(
  evidence: Evidence,
  endpoint: EndpointEvidence,
  outcome: PairOutcome,
  atMs: number,
  warm: boolean,
  parameters: VerdictParameters,
): void {
  if (severityOf(outcome.running) === 2 || severityOf(outcome.testing) === 2) return;
  const { totals, sums } = evidence;
  const { counts } = endpoint;
  const runningMs = saneMs(outcome.running.ms);
  const testingMs = saneMs(outcome.testing.ms);
  const isTimed = outcome.disturbed !== true;
  if (!isTimed) totals.disturbed++;
  const judged = isTimed && warm && counts.pairs > parameters.warmupPerEndpoint;
  if (judged) observeSlow(evidence, endpoint, outcome, atMs, parameters);
  learnLatency(evidence, endpoint, outcome.running);
  if (!judged) return;
  const hit = testingMs > (1 + parameters.latencyMargin) * runningMs + parameters.latencySlackMs;
  totals.timed++;
  counts.timed++;
  if (hit) {
    totals.slower++;
    counts.slower++;
  }
  evidence.latency.update(hit, 0.5);
  const before = endpoint.latency.value;
  const after = endpoint.latency.update(hit, 0.5);
  sums.latency += endpoint.budget * (after - before);
  if (hit && after >= SUSPICIOUS) note(endpoint, 'slower', outcome);
}

/** Learns running's 95th percentile, of the endpoint and of all. */
export function learnLatency(
  evidence: Evidence,
  endpoint: EndpointEvidence,
  running: ResponseSummary,
): void {
  const log = logOf(saneMs(running.ms));
  for (const counts of [endpoint.counts, evidence.totals]) {
    counts.p95Answers++;
    counts.p95 = stepQuantile(counts.p95, log, counts.p95Answers);
  }
}

// Private

function observeSlow(
  evidence: Evidence,
  endpoint: EndpointEvidence,
  outcome: PairOutcome,
  atMs: number,
  parameters: VerdictParameters,
): void {
  const { totals, sums } = evidence;
  const { counts } = endpoint;
  const known = [counts, totals].find((one) => one.p95Answers >= QUANTILE_WARM);
  if (known === undefined) return;
  const limit = parameters.slowFactor * msOf(known.p95) + parameters.slowSlackMs;
  const testing = saneMs(outcome.testing.ms) > limit;
  const running = saneMs(outcome.running.ms) > limit;
  totals.slowTimed++;
  if (testing === running) return;
  if (testing) {
    totals.slowTesting++;
    counts.slowTesting++;
    note(endpoint, 'slow', outcome);
  } else {
    totals.slowRunning++;
    counts.slowRunning++;
  }
  const nullShare = nullShareOf(parameters.ratio);
  if (atMs >= totals.slowRestUntil) {
    totals.slowRestUntil = atMs + parameters.slowRestMs;
    if (testing) totals.slowWorse++;
    else totals.slowBetter++;
    totals.slow = discordanceE(totals.slowWorse, totals.slowBetter, nullShare);
  }
  if (atMs >= counts.slowRestUntil) {
    counts.slowRestUntil = atMs + parameters.slowRestMs;
    if (testing) counts.slowWorse++;
    else counts.slowBetter++;
    const before = counts.slow;
    counts.slow = discordanceE(counts.slowWorse, counts.slowBetter, nullShare);
    sums.slow += endpoint.budget * (counts.slow - before);
  }
}

/** Keeps both times of the first such answer, and whose request it was. */
function note(endpoint: EndpointEvidence, kind: 'slower' | 'slow', outcome: PairOutcome): void {
  endpoint.timings ??= new Tally();
  const running = milliseconds(saneMs(outcome.running.ms));
  const testing = milliseconds(saneMs(outcome.testing.ms));
  endpoint.timings.add({ kind, path: '', running, testing }, outcome.requestId);
}

const MAX_ENDPOINTS = 3;

/** Answers that are slower by the median, or very slow now and then. */
export function latencyFindings(context: DecisionContext): readonly Finding[] {
  const { evidence, parameters } = context;
  const { budget } = parameters;
  const parts = rejectionParts(evidence, budget);
  const findings: Finding[] = [];
  if (evidence.latency.value >= WORTH_TELLING) {
    findings.push({ reason: slowerReason(context, null), strength: parts.latency });
  }
  if (evidence.totals.slow >= WORTH_TELLING) {
    findings.push({ reason: verySlowReason(context, null), strength: parts.slow });
  }
  const endpoints = [...evidence.endpoints.all()];
  for (const one of worst(endpoints, (endpoint) => endpoint.latency.value)) {
    const strength = budget.endpointLatency * one.budget * one.latency.value;
    findings.push({ reason: slowerReason(context, one), strength });
  }
  for (const one of worst(endpoints, (endpoint) => endpoint.counts.slow)) {
    const strength = budget.endpointSlow * one.budget * one.counts.slow;
    findings.push({ reason: verySlowReason(context, one), strength });
  }
  return findings;
}

// Private

function worst(
  endpoints: readonly EndpointEvidence[],
  valueOf: (endpoint: EndpointEvidence) => number,
): readonly EndpointEvidence[] {
  return endpoints
    .filter((endpoint) => valueOf(endpoint) >= WORTH_TELLING)
    .sort((left, right) => valueOf(right) - valueOf(left))
    .slice(0, MAX_ENDPOINTS);
}

function slowerReason(
  { evidence: { totals }, parameters }: DecisionContext,
  endpoint: EndpointEvidence | null,
): Finding['reason'] {
  const { slower, timed } = endpoint?.counts ?? totals;
  const { latencyMargin, latencySlackMs } = parameters;
  const seen = timing(endpoint, 'slower');
  const instance =
    seen === undefined ? '' : `, for instance ${seen.testing} instead of ${seen.running}`;
  // The test looks for a change at any moment: what was before does not make up for it.
  const lately = slower > timed / 2 ? '' : 'in more than half for a while; ';
  return {
    code: 'latency',
    endpoint: endpoint?.name ?? null,
    text:
      `${subject(endpoint)}testing took over ${percent(latencyMargin)} and ${latencySlackMs} ms ` +
      `longer than running for the same request in ${grouped(slower)} of ${counted(timed, 'answer')}` +
      `${instance} (${lately}at most half may)`,
    observed: slower / Math.max(1, timed),
    limit: 0.5,
    samples: seen?.samples.slice(0, MAX_SAMPLES) ?? [],
  };
}

function verySlowReason(
  { evidence, parameters }: DecisionContext,
  endpoint: EndpointEvidence | null,
): Finding['reason'] {
  const { totals } = evidence;
  const { slowTesting, slowRunning } = endpoint?.counts ?? totals;
  const timed = endpoint === null ? totals.slowTimed : endpoint.counts.timed;
  const blamed = endpoint ?? slowest(evidence.endpoints.all());
  return {
    code: 'slow',
    endpoint: endpoint?.name ?? null,
    text:
      `${subject(endpoint)}testing alone was very slow (over ${parameters.slowFactor} times ` +
      `running's 95th percentile) in ${slowTesting} of ${counted(timed, 'answer')}, running alone ` +
      `in ${slowRunning} (at most ${percent(parameters.slowMargin)} more are allowed)`,
    observed: (slowTesting - slowRunning) / Math.max(1, timed),
    limit: parameters.slowMargin,
    samples: timing(blamed, 'slow')?.samples.slice(0, MAX_SAMPLES) ?? [],
  };
}

function timing(
  endpoint: EndpointEvidence | null | undefined,
  kind: string,
): TallyEntry | undefined {
  return endpoint?.timings?.entries().find((one) => one.kind === kind);
}

function slowest(endpoints: Iterable<EndpointEvidence>): EndpointEvidence | undefined {
  let found: EndpointEvidence | undefined;
  for (const one of endpoints) {
    if (one.counts.slowTesting > (found?.counts.slowTesting ?? 0)) found = one;
  }
  return found;
}

function subject(endpoint: EndpointEvidence | null): string {
  return endpoint === null ? 'over all endpoints, ' : `${endpoint.name}: `;
}
