import type { ResponseSummary } from '../../compare/outcome.ts';
import { isDenied, saneMs, severityOf } from '../../compare/severity.ts';
import { percent } from '../../text/numbers.ts';
import type { DecisionContext } from '../decision/context.ts';
import type { EndpointEvidence } from '../evidence/endpoint.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { excessE } from '../math/e-values.ts';
import { logOf, msOf, QUANTILE_WARM } from '../math/quantile.ts';
import type { Finding } from '../report.ts';
import type { VerdictParameters } from '../settings.ts';
import { countRunning } from './errors.ts';
import { learnLatency } from './latency.ts';

/** An answer counts as slow beyond this many times the 95th percentile before the test. */
const SLOW_FACTOR = 1.5;
const SLOW_SLACK_MS = 20;
/** Share of slow answers, and least failure rate, that is nothing unusual. */
const USUAL_SLOW_SHARE = 0.1;
const USUAL_FAILURE_RATE = 0.005;
const HISTORY_FACTOR = 1.5;

export interface HealthFinding {
  readonly what: 'failures' | 'latency';
  readonly rate: number;
  readonly usual: number;
}

/** Running alone before the test: its failure rate and latency are the yardstick. */
export function observeHistory(
  evidence: Evidence,
  endpoint: EndpointEvidence,
  answer: ResponseSummary,
): void {
  const failed = severityOf(answer) === 2;
  evidence.totals.historyRequests++;
  endpoint.counts.historyAnswers++;
  countRunning(evidence, endpoint, failed);
  if (isDenied(answer)) endpoint.counts.historyRefused++;
  if (failed) {
    evidence.totals.historyFailures++;
    return;
  }
  learnLatency(evidence, endpoint, answer);
  endpoint.counts.historyP95 = endpoint.counts.p95;
}

/**
 * Running during the test. Testing shares its host, pools and database, so it may hurt running; then
 * running fails more and testing looks good beside it. The counts fade, so that an outage that is
 * over stops holding the promotion. This only ever holds: times of day differ for innocent reasons.
 */
export function observeHealth(
  evidence: Evidence,
  endpoint: EndpointEvidence,
  answer: ResponseSummary,
  parameters: VerdictParameters,
): void {
  const { totals } = evidence;
  if (totals.historyRequests < parameters.minHistory) return;
  const fade = 1 - 1 / parameters.healthMemory;
  const failed = severityOf(answer) === 2;
  totals.recentRequests = totals.recentRequests * fade + 1;
  totals.recentFailures = totals.recentFailures * fade + (failed ? 1 : 0);
  if (failed || endpoint.counts.historyAnswers < QUANTILE_WARM) return;
  const limit = SLOW_FACTOR * msOf(endpoint.counts.historyP95) + SLOW_SLACK_MS;
  const slow = logOf(saneMs(answer.ms)) > logOf(limit);
  totals.recentTimed = totals.recentTimed * fade + 1;
  totals.recentSlow = totals.recentSlow * fade + (slow ? 1 : 0);
}

/** What is clearly worse on running now than before the test, or null. */
export function runningHurt(
  evidence: Evidence,
  parameters: VerdictParameters,
): HealthFinding | null {
  const { totals } = evidence;
  if (totals.historyRequests < parameters.minHistory) return null;
  const before = (totals.historyFailures + 1) / (totals.historyRequests + 2);
  const usual = Math.min(0.9, Math.max(USUAL_FAILURE_RATE, HISTORY_FACTOR * before));
  const fine = totals.recentRequests - totals.recentFailures;
  if (excessE(totals.recentFailures, fine, usual) >= parameters.healthOdds) {
    return { what: 'failures', rate: totals.recentFailures / totals.recentRequests, usual: before };
  }
  const quick = totals.recentTimed - totals.recentSlow;
  if (excessE(totals.recentSlow, quick, USUAL_SLOW_SHARE) >= parameters.healthOdds) {
    const rate = totals.recentSlow / totals.recentTimed;
    return { what: 'latency', rate, usual: USUAL_SLOW_SHARE };
  }
  return null;
}

/** Running does worse than before the test: testing may be hurting it. */
export function healthFindings({ evidence, parameters }: DecisionContext): readonly Finding[] {
  const hurt = runningHurt(evidence, parameters);
  if (hurt === null) return [];
  const what = hurt.what === 'failures' ? 'fails' : 'is very slow';
  const reason: Finding['reason'] = {
    code: 'running-hurt',
    endpoint: null,
    text:
      `since the test began, running itself ${what} in ${percent(hurt.rate)} of requests ` +
      `(${percent(hurt.usual)} is usual): testing may be taking its processor, memory, ` +
      `connections or database, so siblingModule it nothing is promoted`,
    observed: hurt.rate,
    limit: hurt.usual,
    samples: [],
  };
  return [{ reason, strength: 0 }];
}
