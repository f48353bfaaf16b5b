import type { AskedAgain } from '../../../compare/outcome.ts';
import { saneMs } from '../../../compare/severity.ts';
import type { Reason } from '../../../model/reason.ts';
import { counted, grouped, percent } from '../../../text/numbers.ts';
import type { DecisionContext } from '../../decision/context.ts';
import { MANY, shareDone } from '../../decision/progress.ts';
import { type EndpointEvidence, EndpointPart } from '../../evidence/endpoint.ts';
import { meanOver } from '../../evidence/endpoints.ts';
import { type Evidence, TotalsPart } from '../../evidence/evidence.ts';
import { inSoMany } from '../../explain/wording.ts';
import { ChangeMixture, latencyAlternatives } from '../../math/change-mixture.ts';
import { moreUntil, signE } from '../../math/e-values.ts';
import { BLOCK_ODDS, PROMOTE_ODDS } from '../../parameters.ts';
import { changeE, startE } from '../../sharing/change.ts';
import { Timeline } from '../../sharing/timeline.ts';
import {
  type Finding,
  MAX_SAMPLES,
  type ObservedPair,
  type Signal,
  WORTH_REPORTING,
} from '../signal.ts';
import { firstCounts, firstExcess, firstTimes, holdsByFirst, observeFirst } from './first-times.ts';
import { observePace } from './pace.ts';
import { noteTiming, timeRow, timingOf, worstEndpoints } from './timings.ts';

const CODE = 'latency';
const BUDGET = { latency: 0.05, endpointLatency: 0.05 };
/** Testing's median may be slower by this share, plus the slack. */
const MARGIN = 0.25;
const SLACK_MS = 2;
const NULL_RATE = 0.5;
/** On a host so busy that of many second times hardly any could be taken, first times have to do for the proof. */
const MANY_SECONDS = 200;
const TIMED_SHARE = 0.05;
/** An e-value from which on a slower response is kept as an instance: most endpoints never need one. */
const SUSPICIOUS = 2;
/** One response in so many that could not be timed is worth reporting. */
const UNTIMED_PART = 10;

const endpointPart = new EndpointPart(() => ({
  timed: 0,
  slower: 0,
  latency: new ChangeMixture(latencyAlternatives),
}));
const totalsPart = new TotalsPart(() => ({
  timed: 0,
  slower: 0,
  /** Not timed, since the thread that times was held up itself. */
  disturbed: 0,
  latency: new ChangeMixture(latencyAlternatives),
  /** The same by time, and before the warm-up: for the sum of several hosts. */
  latencyTimeline: new Timeline(),
  coldTimed: 0,
  coldSlower: 0,
  sums: { latency: 1 },
}));

/**
 * Whether testing's responses are clearly slower than running's: a sign test over second responses, which
 * both gave at the same moment to the same thread.
 */
export const latency: Signal = {
  codes: [CODE],
  shownBy: 'slow',
  budget: BUDGET,
  isSpeed: true,
  observe,
  recount: ({ evidence }) => {
    const totals = totalsPart.of(evidence);
    totals.latency.assume(changeE(totals.latencyTimeline, latencyAlternatives, NULL_RATE));
    totals.sums.latency = meanOver(evidence.endpoints, (endpoint) => {
      const { timed, slower, latency: mixture } = endpointPart.of(endpoint);
      const block = { misses: Math.max(0, timed - slower), hits: slower, surprise: 0 };
      return mixture.assume(startE(block, latencyAlternatives, NULL_RATE));
    });
  },
  against: (evidence) => {
    const { latency: mixture, sums } = totalsPart.of(evidence);
    return BUDGET.latency * mixture.value + BUDGET.endpointLatency * sums.latency;
  },
  endpointE: valueOf,
  criterion: {
    kind: 'proof',
    isMet: ({ evidence, settings }) => {
      if (settings.speed === 'report') return true;
      const { timed, slower } = timesOf(evidence);
      return signE(timed - slower, timed, PROMOTE_ODDS) >= PROMOTE_ODDS;
    },
    progress: ({ evidence }) => shareDone(timesOf(evidence).timed, missingOf(evidence)),
    missing: ({ evidence }) => {
      const { timed, slower } = timesOf(evidence);
      if (2 * slower > timed && timed > 0) {
        return [
          `testing is clearly slower in ${slower} of ${timed} responses: at most half may be`,
        ];
      }
      const more = counted(missingOf(evidence), 'more response');
      return [`${more} after warm-up to compare speed${untimedNote(evidence)}`];
    },
  },
  blockers: [
    {
      code: 3,
      blocks: (_, endpoint) => valueOf(endpoint) >= BLOCK_ODDS || holdsByFirst(endpoint),
      words: (endpoint) => {
        const isSecond = valueOf(endpoint) >= BLOCK_ODDS;
        const { timed, slower } = isSecond ? endpointPart.of(endpoint) : firstCounts(endpoint);
        const which = isSecond ? 'response' : 'first response';
        return `is slower in testing in ${slower} of ${counted(timed, which)}`;
      },
      excess: (endpoint) => Math.max(valueOf(endpoint) / BLOCK_ODDS, firstExcess(endpoint)),
    },
  ],
  findings: ({ evidence }) => [
    ...(totalsPart.of(evidence).latency.value >= WORTH_REPORTING
      ? [{ reason: reasonOf(evidence, null), strength: latency.against?.(evidence) ?? 0 }]
      : []),
    ...worstEndpoints(evidence, valueOf).map(
      (one): Finding => ({
        reason: reasonOf(evidence, one),
        strength: BUDGET.endpointLatency * one.budget * valueOf(one),
      }),
    ),
  ],
  atPromotion: ({ evidence }) => {
    const { timed, slower } = timesOf(evidence);
    if (timed === 0) return null;
    return {
      code: CODE,
      endpoint: null,
      text:
        `testing took over ${percent(MARGIN)} and ${SLACK_MS} ms ` +
        `longer ${inSoMany(slower)} of ${counted(timed, 'response')}, allowed half.`,
      observed: slower / Math.max(1, timed),
      limit: NULL_RATE,
      samples: [],
    };
  },
  facts: (endpoint) => {
    const { timed, slower } = endpointPart.of(endpoint);
    return { timed, slower };
  },
  rows: (input) => [
    timeRow(input, CODE, ['time, median', 'p50Ms'], { factor: 1 + MARGIN, slackMs: SLACK_MS }),
  ],
};

export function timedOf(endpoint: EndpointEvidence): number {
  return endpointPart.of(endpoint).timed;
}

/** Why so many responses do not bring the decision nearer. */
export function untimedNote(evidence: Evidence): string {
  const { disturbed, timed } = totalsPart.of(evidence);
  if (disturbed === 0 || disturbed * UNTIMED_PART < disturbed + timed) return '';
  return ` (${grouped(disturbed)} could not be timed: too busy a host)`;
}

// Private

function observe(
  { evidence }: DecisionContext,
  endpoint: EndpointEvidence,
  pair: ObservedPair,
): void {
  const { outcome, runningFailed, testingFailed, isTimed, second, setAside } = pair;
  if (outcome.disturbed === true) {
    if (second !== null) totalsPart.of(evidence).disturbed++;
    return;
  }
  if (second !== null) observePace(evidence, second);
  if (setAside !== null) return;
  if (!isTimed) {
    if (second !== null) countCold(evidence, second);
    return;
  }
  if (!runningFailed && !testingFailed) {
    observeFirst(evidence, endpoint, outcome, limitOf(outcome.running.ms));
  }
  if (second !== null) observeSecond(evidence, endpoint, second, pair);
}

function observeSecond(
  evidence: Evidence,
  endpoint: EndpointEvidence,
  second: AskedAgain,
  { outcome: { requestId }, atMs }: ObservedPair,
): void {
  const totals = totalsPart.of(evidence);
  const own = endpointPart.of(endpoint);
  const hit = saneMs(second.testing.ms) > limitOf(second.running.ms);
  totals.timed++;
  own.timed++;
  if (hit) {
    totals.slower++;
    own.slower++;
  }
  totals.latency.update(hit, NULL_RATE);
  totals.latencyTimeline.note(atMs, hit);
  const before = own.latency.value;
  const after = own.latency.update(hit, NULL_RATE);
  totals.sums.latency += endpoint.budget * (after - before);
  if (hit && after >= SUSPICIOUS) noteTiming(endpoint, 'slower', second, requestId);
}

/** What is slow only while it is cold proves nothing, what is not slow even then does. */
function countCold(evidence: Evidence, { running, testing }: AskedAgain): void {
  const totals = totalsPart.of(evidence);
  totals.coldTimed++;
  if (saneMs(testing.ms) > limitOf(running.ms)) totals.coldSlower++;
}

function limitOf(runningMs: number): number {
  return (1 + MARGIN) * saneMs(runningMs) + SLACK_MS;
}

/** What has to prove that testing is not slower: first times where no request could be put twice. */
function timesOf(evidence: Evidence): { readonly timed: number; readonly slower: number } {
  const totals = totalsPart.of(evidence);
  const seconds = totals.timed + totals.disturbed;
  const isHardlyTimed = seconds >= MANY_SECONDS && totals.timed < TIMED_SHARE * seconds;
  return seconds > 0 && !isHardlyTimed ? totals : firstTimes(evidence);
}

function valueOf(endpoint: EndpointEvidence): number {
  return endpointPart.of(endpoint).latency.value;
}

function missingOf(evidence: Evidence): number {
  const { timed, slower } = timesOf(evidence);
  return moreUntil((more) => signE(timed - slower + more, timed + more), PROMOTE_ODDS, MANY);
}

function reasonOf(evidence: Evidence, endpoint: EndpointEvidence | null): Reason {
  const { slower, timed } = endpoint === null ? totalsPart.of(evidence) : endpointPart.of(endpoint);
  const seen = endpoint === null ? undefined : timingOf(endpoint, 'slower');
  const instance =
    seen === undefined ? '' : `, for instance ${seen.testing} instead of ${seen.running}`;
  const subject = endpoint === null ? 'over all endpoints, ' : `${endpoint.name}: `;
  // The test looks for a change at any moment: what was before does not make up for it.
  const lately = slower > timed / 2 ? '' : 'in more than half for a while; ';
  return {
    code: CODE,
    endpoint: endpoint?.name ?? null,
    text:
      `${subject}testing took over ${percent(MARGIN)} and ${SLACK_MS} ms ` +
      `longer than running for the same request in ${grouped(slower)} of ${counted(timed, 'response')}` +
      `${instance} (${lately}at most half may)`,
    observed: slower / Math.max(1, timed),
    limit: NULL_RATE,
    samples: seen?.samples.slice(0, MAX_SAMPLES) ?? [],
  };
}
