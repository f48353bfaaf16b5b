import type { PairOutcome } from '../../compare/outcome.ts';
import { saneMs } from '../../compare/severity.ts';
import type { Reason } from '../../model/reason.ts';
import { counted, grouped, percent } from '../../text/numbers.ts';
import { milliseconds } from '../../text/times.ts';
import type { DecisionContext } from '../decision/context.ts';
import { MANY, shareDone } from '../decision/progress.ts';
import { type EndpointEvidence, EndpointPart } from '../evidence/endpoint.ts';
import { type Evidence, TotalsPart } from '../evidence/evidence.ts';
import { Tally, type TallyEntry } from '../evidence/tally.ts';
import { type TimeLimit, time, timeLimit } from '../explain/cells.ts';
import { inSoMany } from '../explain/wording.ts';
import { ChangeMixture, latencyAlternatives } from '../math/change-mixture.ts';
import { moreUntil, signE } from '../math/e-values.ts';
import { BLOCK_ODDS, PROMOTE_ODDS } from '../parameters.ts';
import type { SignalRow } from '../report.ts';
import {
  type Finding,
  MAX_SAMPLES,
  type ObservedPair,
  type Signal,
  type TableInput,
  WORTH_REPORTING,
} from './signal.ts';

const CODE = 'latency';
const BUDGET = { latency: 0.05, endpointLatency: 0.05 };
/** Testing's median may be slower by this share, plus the slack. */
const MARGIN = 0.25;
const SLACK_MS = 2;
const NULL_RATE = 0.5;
/** An e-value from which on a slower response is kept as an instance: most endpoints never need one. */
const SUSPICIOUS = 2;
/** One response in so many that could not be timed is worth reporting. */
const UNTIMED_PART = 10;
const MAX_ENDPOINTS = 3;

const endpointPart = new EndpointPart(() => ({
  timed: 0,
  slower: 0,
  latency: new ChangeMixture(latencyAlternatives),
  /** Instances of slower and of very slow responses. */
  timings: null as Tally | null,
}));
const totalsPart = new TotalsPart(() => ({
  timed: 0,
  slower: 0,
  /** Not timed, since the thread that times was held up itself. */
  disturbed: 0,
  latency: new ChangeMixture(latencyAlternatives),
  sums: { latency: 1 },
}));

/** Whether testing's responses are clearly slower than running's: a sign test. */
export const latency: Signal = {
  codes: [CODE],
  shownBy: 'slow',
  budget: BUDGET,
  isSpeed: true,
  observe,
  against: (evidence) => {
    const { latency: mixture, sums } = totalsPart.of(evidence);
    return BUDGET.latency * mixture.value + BUDGET.endpointLatency * sums.latency;
  },
  endpointE: valueOf,
  criterion: {
    kind: 'proof',
    isMet: ({ evidence, settings }) => {
      if (settings.speed === 'report') return true;
      const { timed, slower } = totalsPart.of(evidence);
      return signE(timed - slower, timed, PROMOTE_ODDS) >= PROMOTE_ODDS;
    },
    progress: ({ evidence }) => shareDone(totalsPart.of(evidence).timed, missingOf(evidence)),
    missing: ({ evidence }) => {
      const { timed, slower } = totalsPart.of(evidence);
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
      blocks: (_, endpoint) => valueOf(endpoint) >= BLOCK_ODDS,
      words: (endpoint) => {
        const { timed, slower } = endpointPart.of(endpoint);
        return `is slower in testing in ${slower} of ${counted(timed, 'response')}`;
      },
      excess: (endpoint) => valueOf(endpoint) / BLOCK_ODDS,
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
    const { timed, slower } = totalsPart.of(evidence);
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

/** Keeps both times of the first such response, and whose request it was. */
export function noteTiming(
  endpoint: EndpointEvidence,
  kind: 'slower' | 'slow',
  { running, testing, requestId }: PairOutcome,
): void {
  const own = endpointPart.of(endpoint);
  own.timings ??= new Tally();
  const [ours, theirs] = [milliseconds(saneMs(running.ms)), milliseconds(saneMs(testing.ms))];
  own.timings.add({ kind, path: '', running: ours, testing: theirs }, requestId);
}

/** An instance of a slower or very slow response. */
export function timingOf(
  endpoint: EndpointEvidence,
  kind: 'slower' | 'slow',
): TallyEntry | undefined {
  return endpointPart
    .of(endpoint)
    .timings?.entries()
    .find((one) => one.kind === kind);
}

export function timedOf(endpoint: EndpointEvidence): number {
  return endpointPart.of(endpoint).timed;
}

/** The endpoints with the largest values that are worth reporting. */
export function worstEndpoints(
  { endpoints }: Evidence,
  valueOf: (endpoint: EndpointEvidence) => number,
): readonly EndpointEvidence[] {
  return [...endpoints.all()]
    .filter((endpoint) => valueOf(endpoint) >= WORTH_REPORTING)
    .sort((left, right) => valueOf(right) - valueOf(left))
    .slice(0, MAX_ENDPOINTS);
}

/** Why so many responses do not bring the decision nearer. */
export function untimedNote(evidence: Evidence): string {
  const { disturbed, timed } = totalsPart.of(evidence);
  if (disturbed === 0 || disturbed * UNTIMED_PART < disturbed + timed) return '';
  return ` (${grouped(disturbed)} could not be timed: too busy a host)`;
}

/** Pairs are judged one by one; the figures of both sides may still be worth a look. */
export function timeRow(
  { measured: { running, testing }, stateOf }: TableInput,
  code: string,
  [name, figure]: readonly [name: string, figure: 'p50Ms' | 'p95Ms'],
  limit: TimeLimit,
): SignalRow {
  const [ours, theirs] = [running[figure], testing[figure]];
  const isOver = (theirs ?? 0) > limit.factor * (ours ?? 0) + limit.slackMs;
  const state = stateOf(code);
  return {
    code,
    name,
    running: time(ours),
    testing: time(theirs),
    limit: timeLimit(limit),
    state: state === 'ok' && isOver ? 'watch' : state,
  };
}

// Private

function observe(
  { evidence }: DecisionContext,
  endpoint: EndpointEvidence,
  { outcome, runningFailed, testingFailed, isTimed }: ObservedPair,
): void {
  if (runningFailed || testingFailed) return;
  const totals = totalsPart.of(evidence);
  if (outcome.disturbed === true) totals.disturbed++;
  if (!isTimed) return;
  const own = endpointPart.of(endpoint);
  const limit = (1 + MARGIN) * saneMs(outcome.running.ms) + SLACK_MS;
  const hit = saneMs(outcome.testing.ms) > limit;
  totals.timed++;
  own.timed++;
  if (hit) {
    totals.slower++;
    own.slower++;
  }
  totals.latency.update(hit, NULL_RATE);
  const before = own.latency.value;
  const after = own.latency.update(hit, NULL_RATE);
  totals.sums.latency += endpoint.budget * (after - before);
  if (hit && after >= SUSPICIOUS) noteTiming(endpoint, 'slower', outcome);
}

function valueOf(endpoint: EndpointEvidence): number {
  return endpointPart.of(endpoint).latency.value;
}

function missingOf(evidence: Evidence): number {
  const { timed, slower } = totalsPart.of(evidence);
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
