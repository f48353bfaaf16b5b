import { saneMs } from '../../compare/severity.ts';
import { logOf, stepQuantile } from '../math/quantile.ts';
import type { EndpointEvidence } from './endpoint.ts';
import type { Evidence } from './evidence.ts';

/**
 * What is known of running alone: the yardstick. A pair is measured by the record before it, so the
 * record takes a pair in after all signals have observed it.
 */

/** Takes one response of running in, whether or not it was mirrored. */
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

/** Learns running's 95th percentile, of the endpoint and of all. */
export function learnTime(evidence: Evidence, endpoint: EndpointEvidence, ms: number): void {
  const log = logOf(saneMs(ms));
  learn(endpoint.counts, log);
  learn(evidence.totals, log);
}

// Private

function learn(record: { p95: number; p95Answers: number }, log: number): void {
  record.p95Answers++;
  record.p95 = stepQuantile(record.p95, log, record.p95Answers);
}
