import type { ResponseSummary } from '../../compare/outcome.ts';
import { saneMs, severityOf } from '../../compare/severity.ts';
import { HARM_STATES, type Harm, type HarmState } from '../../model/users/harm.ts';
import type { Reason } from '../../model/reason.ts';
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
  /** What copies do to users, as the mirror found: the index of a `HarmState`, and what goes with it. */
  harm: 0,
  copyShare: 1,
  factorCopying: 0,
  factorPausing: 0,
}));

/** States in which nothing is promoted, and those that end the test. */
const HOLDING: ReadonlySet<HarmState> = new Set(['trying', 'cutting', 'hurting', 'unproven']);
const ENDING: ReadonlySet<HarmState> = new Set(['hurting', 'unproven']);

/** What is clearly worse on running now than before the test. */
interface Decline {
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
  isLocal: true,
  observe: (context, endpoint, { outcome }) => observeRunning(context, endpoint, outcome.running),
  observeRunning,
  observeHistory: ({ evidence }, endpoint, response) => {
    if (severityOf(response) === 2) totalsPart.of(evidence).historyFailures++;
    else endpointPart.of(endpoint).historyP95 = endpoint.counts.p95;
  },
  criterion: {
    kind: 'objection',
    isMet: ({ evidence }) => harmTo(evidence) === null && !HOLDING.has(stateOf(evidence)),
    progress: ({ evidence }) => {
      const harm = harmTo(evidence);
      return harm === null ? 0.5 : harm.usual / harm.rate;
    },
    missing: ({ evidence }) => {
      const harm = harmTo(evidence);
      if (harm === null)
        return [`to know whether copies slow users down: ${experimentWords(evidence)}`];
      const now = `it ${harm.verb} in ${percent(harm.rate)} of requests`;
      return [`running as healthy as before the test: ${now}`];
    },
  },
  findings: ({ evidence }) => {
    const state = stateOf(evidence);
    if (state !== 'watching' && state !== 'trying') {
      return [{ reason: experimentReason(evidence), strength: 0 }];
    }
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

/** Takes in what the mirror found out about the harm that copies do to users. */
export function setHarm({ evidence }: DecisionContext, { state, share, factors }: Harm): void {
  const totals = totalsPart.of(evidence);
  totals.harm = HARM_STATES.indexOf(state);
  totals.copyShare = share;
  totals.factorCopying = factors?.copying ?? 0;
  totals.factorPausing = factors?.pausing ?? 0;
}

/** Whether copies were found to slow running down, or may do so. */
export function hurtsUsers({ evidence }: DecisionContext): boolean {
  return totalsPart.of(evidence).harm !== 0;
}

/** Whether the test ends without a result, since it hurts users or may. */
export function endsForHarm({ evidence }: DecisionContext): boolean {
  return ENDING.has(stateOf(evidence));
}

/** Why the test ends without a result: it hurts users, or may; null where it does not. */
export function harmfulTest({ evidence }: DecisionContext): Reason | null {
  if (!ENDING.has(stateOf(evidence))) return null;
  const reason = experimentReason(evidence);
  return { ...reason, text: `inconclusive: ${reason.text}.` };
}

// Private

function stateOf(evidence: Evidence): HarmState {
  return HARM_STATES[totalsPart.of(evidence).harm] ?? 'watching';
}

function experimentReason(evidence: Evidence): Reason {
  const { factorCopying } = totalsPart.of(evidence);
  const text = experimentWords(evidence);
  return {
    code: 'running-hurt',
    endpoint: null,
    text,
    observed: factorCopying,
    limit: 1,
    samples: [],
  };
}

function experimentWords(evidence: Evidence): string {
  const { copyShare, factorCopying, factorPausing } = totalsPart.of(evidence);
  const times = `users ${factor(factorCopying)} times slower while copying, ${factor(factorPausing)} times while not`;
  const cause = `testing and running thrash one resource (a cache, a lock, a processor): ${times}`;
  switch (stateOf(evidence)) {
    case 'trying':
      return 'running got slower since the test began, so copies pause in alternating windows';
    case 'cutting':
      return `${cause}; ${percent(copyShare)} of the copies are tried`;
    case 'reduced':
      return `${cause}; ${percent(copyShare)} of the copies do not hurt and are made`;
    case 'hurting':
      return `${cause}, and still with few copies`;
    default:
      return (
        `running got slower since the test began, and whether the test is the cause could not be told ` +
        `(${times}): there was too little traffic, or too little difference`
      );
  }
}

function factor(times: number): string {
  return times >= 10 ? times.toFixed(0) : times.toFixed(1);
}

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
  const limit = SLOW_FACTOR * msOf(endpointPart.seen(endpoint).historyP95) + SLOW_SLACK_MS;
  const slow = logOf(saneMs(response.ms)) > logOf(limit);
  // A host whose times say nothing about testing says as little about running.
  if (settings.speed === 'report') return;
  totals.recentTimed = totals.recentTimed * FADE + 1;
  totals.recentSlow = totals.recentSlow * FADE + (slow ? 1 : 0);
}

function harmTo(evidence: Evidence): Decline | null {
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
