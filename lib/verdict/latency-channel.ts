import type { Answer, PairOutcome } from '../compare/outcome.ts';
import { discordanceE } from './e-values.ts';
import type { EndpointEvidence } from './endpoint.ts';
import type { Evidence } from './evidence.ts';
import { logOf, msOf, QUANTILE_WARM, stepQuantile } from './quantile.ts';
import type { VerdictParameters } from './settings.ts';
import { saneMs, severityOf } from './severity.ts';
import { nullShareOf } from './status-channel.ts';
import { Tally } from './tally.ts';
import { milliseconds } from './wording.ts';

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
  running: Answer,
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
