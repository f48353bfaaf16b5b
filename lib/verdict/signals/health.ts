import type { ResponseSummary } from '../../compare/outcome.ts';
import { saneMs, severityOf } from '../../compare/severity.ts';
import { percent } from '../../text/numbers.ts';
import type { DecisionContext } from '../decision/context.ts';
import { type EndpointEvidence, EndpointPart } from '../evidence/endpoint.ts';
import { type Evidence, TotalsPart } from '../evidence/evidence.ts';
import { excessE } from '../math/e-values.ts';
import { logOf, msOf, QUANTILE_WARM } from '../math/quantile.ts';
import type { Signal } from './signal.ts';

/** A response is slow beyond this many times the 95th percentile before the test, plus the slack. */
const SLOW_FACTOR = 1.5;
const SLOW_SLACK_MS = 20;
/** Share of slow responses, and least failure rate, that is nothing unusual. */
const USUAL_SLOW_SHARE = 0.1;
const USUAL_FAILURE_RATE = 0.005;
const HISTORY_FACTOR = 1.5;
/** Responses of running before the test that make its history a yardstick. */
const MIN_HISTORY = 200;
/** Counts of the test fade by this much with each response, so that they span about 1,000. */
const FADE = 1 - 1 / 1000;
/** Odds that running does worse, from which on the promotion waits. */
const ODDS = 100;

const endpointPart = new EndpointPart(() => ({
  /** Running's 95th percentile on the logarithmic scale as it was before the test. */
  historyP95: 0,
}));
const totalsPart = new TotalsPart(() => ({
  historyFailures: 0,
  /** Lately: counts that fade. */
  recentRequests: 0,
  recentFailures: 0,
  recentTimed: 0,
  recentSlow: 0,
}));

/** What is clearly worse on running now than before the test. */
interface Harm {
  readonly verb: string;
  readonly rate: number;
  readonly usual: number;
}

/**
 * Running's health during the test. Testing shares its host, pools and database, so it may hurt
 * running; then running fails more and testing looks good by comparison. The counts fade, so that an
 * outage that is over stops blocking the promotion. It never rejects: times of day differ for innocent
 * reasons.
 */
export const health: Signal = {
  codes: ['running-hurt'],
  observe: (context, endpoint, { outcome }) => observeRunning(context, endpoint, outcome.running),
  observeRunning,
  observeHistory: ({ evidence }, endpoint, response) => {
    if (severityOf(response) === 2) totalsPart.of(evidence).historyFailures++;
    else endpointPart.of(endpoint).historyP95 = endpoint.counts.p95;
  },
  criterion: {
    kind: 'objection',
    isMet: ({ evidence }) => harmTo(evidence) === null,
    progress: ({ evidence }) => {
      const harm = harmTo(evidence);
      return harm === null ? 1 : harm.usual / harm.rate;
    },
    missing: ({ evidence }) => {
      const harm = harmTo(evidence);
      if (harm === null) return [];
      const now = `it ${harm.verb} in ${percent(harm.rate)} of requests`;
      return [`running as healthy as before the test: ${now}`];
    },
  },
  findings: ({ evidence }) => {
    const harm = harmTo(evidence);
    if (harm === null) return [];
    const { verb, rate, usual } = harm;
    const text =
      `since the test began, running itself ${verb} in ${percent(rate)} of requests ` +
      `(${percent(usual)} is usual): testing may be taking its processor, memory, ` +
      `connections or database, so nothing is promoted meanwhile`;
    const reason = { code: 'running-hurt', endpoint: null, text };
    return [{ reason: { ...reason, observed: rate, limit: usual, samples: [] }, strength: 0 }];
  },
};

// Private

function observeRunning(
  { evidence, settings }: DecisionContext,
  endpoint: EndpointEvidence,
  response: ResponseSummary,
): void {
  if (evidence.totals.historyRequests < MIN_HISTORY) return;
  const totals = totalsPart.of(evidence);
  const failed = severityOf(response) === 2;
  totals.recentRequests = totals.recentRequests * FADE + 1;
  totals.recentFailures = totals.recentFailures * FADE + (failed ? 1 : 0);
  if (failed || endpoint.counts.historyAnswers < QUANTILE_WARM) return;
  const limit = SLOW_FACTOR * msOf(endpointPart.of(endpoint).historyP95) + SLOW_SLACK_MS;
  const slow = logOf(saneMs(response.ms)) > logOf(limit);
  // A host whose times say nothing about testing says as little about running.
  if (settings.speed === 'report') return;
  totals.recentTimed = totals.recentTimed * FADE + 1;
  totals.recentSlow = totals.recentSlow * FADE + (slow ? 1 : 0);
}

function harmTo(evidence: Evidence): Harm | null {
  const { historyRequests } = evidence.totals;
  if (historyRequests < MIN_HISTORY) return null;
  const { historyFailures, recentRequests, recentFailures, recentTimed, recentSlow } =
    totalsPart.of(evidence);
  const before = (historyFailures + 1) / (historyRequests + 2);
  const usual = Math.min(0.9, Math.max(USUAL_FAILURE_RATE, HISTORY_FACTOR * before));
  if (excessE(recentFailures, recentRequests - recentFailures, usual) >= ODDS) {
    return { verb: 'fails', rate: recentFailures / recentRequests, usual: before };
  }
  if (excessE(recentSlow, recentTimed - recentSlow, USUAL_SLOW_SHARE) >= ODDS) {
    return { verb: 'is very slow', rate: recentSlow / recentTimed, usual: USUAL_SLOW_SHARE };
  }
  return null;
}
