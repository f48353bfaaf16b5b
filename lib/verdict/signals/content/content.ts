import type { PairOutcome } from '../../../compare/outcome.ts';
import { severityOf } from '../../../compare/severity.ts';
import type { Reason } from '../../../model/reason.ts';
import { counted } from '../../../text/numbers.ts';
import type { DecisionContext } from '../../decision/context.ts';
import { type Balance, hasReached } from '../../decision/progress.ts';
import { type EndpointEvidence, EndpointPart } from '../../evidence/endpoint.ts';
import { meanOver } from '../../evidence/endpoints.ts';
import { type Evidence, TotalsPart } from '../../evidence/evidence.ts';
import { Tally } from '../../evidence/tally.ts';
import { shareIn } from '../../explain/cells.ts';
import { changeOf } from '../../explain/change.ts';
import { discordanceE } from '../../math/e-values.ts';
import { BLOCK_ODDS, ENDPOINT_ODDS, endpointTest } from '../../parameters.ts';
import type { SignalRow } from '../../report.ts';
import {
  type Blocker,
  type Finding,
  MAX_SAMPLES,
  type ObservedPair,
  type Signal,
  type TableInput,
  WORTH_REPORTING,
} from '../signal.ts';
import { differsSystematically, SYSTEMATIC_CODE } from './systematic.ts';

const CODE = 'body-difference';
const BUDGET = { shape: 0.03, endpointShape: 0.05 };
const NULL_RATE = 0.5;
const MAX_ENDPOINTS = 5;
const MAX_FIELDS = 3;
/** A field that differs this much more seldom than the first one may be noise that is not known yet. */
const SELDOM = 1 / 10;

const endpointPart = new EndpointPart(() => ({
  /** Pairs whose responses could be compared with a baseline; how often only one side differed. */
  controls: 0,
  shapeWorse: 0,
  shapeBetter: 0,
  shape: 1,
  /** Compared without a baseline, on an endpoint that never had one. */
  uncontrolled: 0,
  uncontrolledDiffers: 0,
  /** Fields that count against testing, and those that are only reported. */
  differences: null as Tally | null,
  alsoSeen: null as Tally | null,
}));
const totalsPart = new TotalsPart(() => ({
  shapeWorse: 0,
  shapeBetter: 0,
  shape: 1,
  sums: { shape: 1 },
}));

const differed: Blocker = {
  code: 7,
  /** A few differences beyond doubt running's own variation, on an endpoint with few responses. */
  blocks: (_, endpoint) => {
    const { shapeWorse, shapeBetter } = endpointPart.of(endpoint);
    if (shapeWorse === 0 || shapeBetter > 0) return false;
    return !hasReached(endpointTest, controlledBalance(endpoint), ENDPOINT_ODDS);
  },
  words: differsWords,
  balance: controlledBalance,
};
const differsUncontrolled: Blocker = {
  code: 8,
  /** Without a second response of running, noise and change look the same: block, never reject. */
  blocks: (_, endpoint) => {
    const { controls, uncontrolledDiffers } = endpointPart.of(endpoint);
    if (controls > 0 || uncontrolledDiffers === 0) return false;
    return !hasReached(endpointTest, uncontrolledBalance(endpoint), ENDPOINT_ODDS);
  },
  words: (endpoint) => {
    const { uncontrolled, uncontrolledDiffers } = endpointPart.of(endpoint);
    return (
      `responds differently in ${uncontrolledDiffers} of ` +
      `${counted(uncontrolled, 'response')}, and running was not asked twice, so it may be noise`
    );
  },
  balance: uncontrolledBalance,
};

/**
 * Bodies and what else the comparer calls a difference, as a paired test: testing differs from
 * running and running's second response does not, or the other way round. Identical versions make
 * both equally likely whatever the noise. Whether there is a baseline must not depend on the responses.
 */
export const content: Signal = {
  codes: [CODE],
  shownBy: 'body-difference',
  budget: BUDGET,
  observe,
  recount: ({ evidence }) => {
    const totals = totalsPart.of(evidence);
    updateShape(totals);
    totals.sums.shape = meanOver(evidence.endpoints, (one) => updateShape(endpointPart.of(one)));
  },
  against,
  suspicion: {
    value: (evidence) => totalsPart.of(evidence).shape,
    words: (evidence) =>
      `testing's responses differed ${totalsPart.of(evidence).shapeWorse} times where running's ` +
      `second response did not`,
  },
  endpointE: (endpoint) => endpointPart.of(endpoint).shape,
  blockers: [
    {
      code: 5,
      blocks: (_, endpoint) => endpointPart.of(endpoint).shape >= BLOCK_ODDS,
      words: differsWords,
      excess: (endpoint) => endpointPart.of(endpoint).shape / BLOCK_ODDS,
    },
    differed,
    differsUncontrolled,
  ],
  findings,
  facts: (endpoint) => {
    const { controls, shapeWorse, shapeBetter, differences, alsoSeen } = endpointPart.of(endpoint);
    return {
      controls,
      testingDiffers: shapeWorse,
      runningDiffers: shapeBetter,
      differences: differences?.entries() ?? [],
      alsoSeen: alsoSeen?.entries() ?? [],
    };
  },
  rows: (input) => [row(input)],
};

// Private

function observe(
  context: DecisionContext,
  endpoint: EndpointEvidence,
  { outcome, change, doubt, setAside }: ObservedPair,
): void {
  if (change !== 0 || doubt !== 0 || setAside !== null) return;
  const { settings, isBlocking } = context;
  if (isCounted(settings)) count(context, endpoint, outcome);
  keepDifferences(endpoint, outcome, isBlocking);
}

function isCounted({ shape, values, systematic }: DecisionContext['settings']): boolean {
  return shape === 'block' || values === 'block' || systematic === 'block';
}

function count(context: DecisionContext, endpoint: EndpointEvidence, outcome: PairOutcome): void {
  const own = endpointPart.of(endpoint);
  const severity = severityOf(outcome.running);
  if (severity === 2 || severity !== severityOf(outcome.testing)) return;
  const { baseline } = outcome;
  // Decided by the pairs before this one and for both sides alike, so that the test stays valid.
  const also = differsSystematically(context, endpoint, outcome);
  const differs = outcome.differs || also.testing;
  if (baseline === null) {
    if (outcome.isLeftOut === true && !differs) return;
    own.uncontrolled++;
    if (differs) own.uncontrolledDiffers++;
    return;
  }
  own.controls++;
  const runningDiffers = baseline.differs || also.running;
  if (differs === runningDiffers) return;
  const totals = totalsPart.of(context.evidence);
  const before = own.shape;
  for (const record of [own, totals]) {
    if (differs) record.shapeWorse++;
    else record.shapeBetter++;
    updateShape(record);
  }
  totals.sums.shape += endpoint.budget * (own.shape - before);
}

function updateShape(record: { shapeWorse: number; shapeBetter: number; shape: number }): number {
  return (record.shape = discordanceE(record.shapeWorse, record.shapeBetter, NULL_RATE));
}

/** Keeps which fields differ: those of a kind that counts apart from those that are only reported. */
function keepDifferences(
  endpoint: EndpointEvidence,
  { differences, baseline, requestId }: PairOutcome,
  isBlocking: DecisionContext['isBlocking'],
): void {
  if (differences.length === 0) return;
  const own = endpointPart.of(endpoint);
  const { pairs } = endpoint.counts;
  // What running's second response differs in too is noise.
  const blocking =
    baseline?.differs === true ? [] : differences.filter(({ kind }) => isBlocking(kind));
  const reported = differences.filter(({ kind }) => !isBlocking(kind));
  if (blocking.length > 0) (own.differences ??= new Tally()).addAll(blocking, requestId, pairs);
  if (reported.length > 0) (own.alsoSeen ??= new Tally()).addAll(reported, requestId, pairs);
}

function against(evidence: Evidence): number {
  const { shape, sums } = totalsPart.of(evidence);
  return BUDGET.shape * shape + BUDGET.endpointShape * sums.shape;
}

function controlledBalance(endpoint: EndpointEvidence): Balance {
  const { controls, shapeWorse, shapeBetter } = endpointPart.of(endpoint);
  return [controls - shapeWorse - shapeBetter, shapeWorse, shapeBetter];
}

function uncontrolledBalance(endpoint: EndpointEvidence): Balance {
  const { uncontrolled, uncontrolledDiffers } = endpointPart.of(endpoint);
  return [uncontrolled - uncontrolledDiffers, uncontrolledDiffers, 0];
}

function differsWords(endpoint: EndpointEvidence): string {
  const { controls, shapeWorse } = endpointPart.of(endpoint);
  return `responds differently in ${shapeWorse} of ${counted(controls, 'response')}`;
}

/** Responses that differ in a way that counts, by endpoint and field. */
function findings({ evidence }: DecisionContext): readonly Finding[] {
  const weight = (endpoint: EndpointEvidence): number => {
    const { shape, uncontrolledDiffers } = endpointPart.of(endpoint);
    return shape * 1e6 + uncontrolledDiffers;
  };
  return [...evidence.endpoints.all()]
    .filter(isDiffering)
    .sort((left, right) => weight(right) - weight(left))
    .slice(0, MAX_ENDPOINTS)
    .map((endpoint) => {
      const { shape, shapeWorse, controls } = endpointPart.of(endpoint);
      const part = shapeWorse / Math.max(1, totalsPart.of(evidence).shapeWorse);
      const own = BUDGET.endpointShape * endpoint.budget * (shape - 1);
      const strength = Math.max(0, own, against(evidence) * part * part);
      return { reason: reasonOf(endpoint), strength: controls > 0 ? strength : 0 };
    });
}

function isDiffering(endpoint: EndpointEvidence): boolean {
  const isHeld = [differed.code, differsUncontrolled.code].includes(endpoint.counts.hold);
  return isHeld || endpointPart.of(endpoint).shape >= WORTH_REPORTING;
}

function reasonOf(endpoint: EndpointEvidence): Reason {
  const own = endpointPart.of(endpoint);
  const { controls, shapeWorse, shapeBetter, uncontrolled, uncontrolledDiffers } = own;
  // Where only values count that changed everywhere, they are among those that are reported.
  const seen = (own.differences ?? own.alsoSeen)?.entries() ?? [];
  const often = SELDOM * (seen[0]?.count ?? 0);
  const fields = seen.filter((field) => field.count >= often).slice(0, MAX_FIELDS);
  const said = fields.map(
    (field) =>
      `${changeOf(field)} in ${field.count} of ${counted(controls + uncontrolled, 'response')}`,
  );
  const what = said.length > 0 ? said.join('; ') : 'the response differs';
  const control =
    controls > 0
      ? `asked again, running alone differed in ${shapeBetter} of ${controls}, ` +
        `testing alone in ${shapeWorse}`
      : 'running was not asked twice here, so this holds the promotion but does not reject';
  return {
    code: CODE,
    endpoint: endpoint.name,
    text: `${endpoint.name}: ${what} (${control})`,
    observed:
      controls > 0 ? shapeWorse / controls : uncontrolledDiffers / Math.max(1, uncontrolled),
    limit: controls > 0 ? shapeBetter / controls : 0,
    samples: fields[0]?.samples.slice(0, MAX_SAMPLES) ?? [],
  };
}

function row({ context: { settings }, measured, stateOf }: TableInput): SignalRow {
  const { baselines, testingDiffers, runningDiffers } = measured;
  const state = stateOf(CODE, SYSTEMATIC_CODE);
  return {
    code: CODE,
    name: 'responses differ',
    running: shareIn(runningDiffers, baselines),
    testing: shareIn(testingDiffers, baselines),
    limit: isCounted(settings) ? 'as running' : 'told only',
    state: baselines === 0 && state === 'ok' ? '-' : state,
  };
}
