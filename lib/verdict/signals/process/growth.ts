import { levelsOf, RESOURCES, type Resource } from '../../../model/servlet-facts.ts';
import type { Reason } from '../../../model/reason.ts';
import { bytes, decimal, grouped } from '../../../text/numbers.ts';
import { shortDuration } from '../../../text/times.ts';
import type { DecisionContext } from '../../decision/context.ts';
import { type Evidence, TotalsPart } from '../../evidence/evidence.ts';
import { ChangeMixture, latencyAlternatives } from '../../math/change-mixture.ts';
import type { SignalRow } from '../../report.ts';
import type { Finding, Signal, TableInput } from '../signal.ts';
import { type Block, merged } from './blocks.ts';
import { curveOf, judgedBlocks, peaksOf } from './curve.ts';
import { type Trend, trendOf } from './trend.ts';

const MIB = 1024 * 1024;
const BUDGET = { memoryGrowth: 0.002 };
/** Half of the steps may set a new record: what only wanders does so less often. */
const NULL_RATE = 0.5;
/** Blocks in one step of the evidence for a rejection. */
const STEP_BLOCKS = 4;
/** Memory counts for a rejection only beyond this many times running's peak, plus the slack. */
const DOUBT = { factor: 2, slack: 128 * MIB };
/** Up to so many blocks, growth that is not steady yet holds as well. */
const UNCERTAIN_BLOCKS = 40;
/** Points of a curve in a sentence. */
const POINTS_TOLD = 5;
const MINUTE_MS = 60_000;

/** From which growth on a resource holds the promotion. */
interface Limit {
  readonly code: string;
  readonly name: string;
  /** Beyond running's peak by this share of it, and at least by so much: up to there it is the size of the service. */
  readonly share: number;
  readonly least: number;
  readonly perMinute: number;
  /** Growth that the blocks must show. */
  readonly growth: number;
}

const LIMITS: Readonly<Record<Resource, Limit>> = {
  memory: {
    code: 'memory-growth',
    name: 'memory',
    share: 0.05,
    least: 32 * MIB,
    perMinute: 2.5 * MIB,
    growth: 12 * MIB,
  },
  threads: {
    code: 'thread-growth',
    name: 'threads',
    share: 0.5,
    least: 16,
    perMinute: 0.5,
    growth: 8,
  },
  files: {
    code: 'file-growth',
    name: 'open files',
    share: 0.5,
    least: 64,
    perMinute: 1,
    growth: 32,
  },
};
/** Slower growth of memory, or less of it, is reported and does not hold. */
const REPORTED: Limit = {
  ...LIMITS.memory,
  share: 0,
  least: 16 * MIB,
  perMinute: 0.5 * MIB,
  growth: 8 * MIB,
};

/** What is made of a curve, as a checkpoint keeps it. */
const NOTHING = 0;
const GROWS_SLOWLY = 1;
const HOLDS = 2;

const totalsPart = new TotalsPart(() => ({
  growing: { memory: NOTHING, threads: NOTHING, files: NOTHING },
  memoryGrowth: new ChangeMixture(latencyAlternatives),
  growthRecords: { excess: 0, steps: 0 },
}));

/**
 * Memory, threads and open files that grow without end. Growth is judged beside running's in the same time, and only
 * beyond running's own peak: so a cold start, a cache that fills and a heap that reaches its limit end where running
 * is already. It holds while it lasts, and is let go once the curve levels off.
 */
export const growth: Signal = {
  codes: RESOURCES.map((resource) => LIMITS[resource].code),
  isLocal: true,
  budget: BUDGET,
  against,
  criterion: {
    kind: 'objection',
    isMet: (context) => held(context).length === 0,
    progress: () => 0,
    missing: (context) =>
      held(context).map((resource) => {
        const { perMinute } = bothTrends(context, resource).slower;
        return `${LIMITS[resource].name} that levels off: it grows by ${rateOf(resource, perMinute)}`;
      }),
  },
  findings: (context) =>
    grown(context.evidence).map(
      (resource): Finding => ({
        reason: reasonOf(context, resource),
        strength: resource === 'memory' ? against(context.evidence) : 0,
      }),
    ),
  atPromotion: (context) => {
    if (totalsPart.of(context.evidence).growing.memory === NOTHING) return null;
    const reason = reasonOf(context, 'memory');
    return { ...reason, text: `${reason.text}.` };
  },
  rows: (input) => RESOURCES.flatMap((resource) => row(input, resource)),
};

/** The code of its reason. */
export function growthCodeOf(resource: Resource): string {
  return LIMITS[resource].code;
}

/** Another block of the curves is there. */
export function observeGrowth(context: DecisionContext): void {
  const { growing } = totalsPart.of(context.evidence);
  for (const resource of RESOURCES) growing[resource] = judged(context, resource);
  observeRecord(context);
}

// Private

/** Once it holds, it does so until the curve has levelled off or running has been there. */
function judged(context: DecisionContext, resource: Resource): number {
  const { evidence } = context;
  const { testing, slower, blocks } = bothTrends(context, resource);
  if (testing === null) return NOTHING;
  const level = curveOf(evidence).list.at(-1)?.testing[resource] ?? 0;
  const passes = (limit: Limit): boolean =>
    level > allowed(limit, peaksOf(evidence)[resource]) && slower.perMinute >= limit.perMinute;
  const rises = ({ growth }: Limit): boolean => slower.isSteady && slower.growth >= growth;
  const limit = LIMITS[resource];
  if (passes(limit)) {
    // The teeth of a saw hide a trend for a while: until then, what may be one holds as well.
    const mayRise = blocks < UNCERTAIN_BLOCKS && slower.growth >= limit.growth;
    if (rises(limit) || (mayRise && !slower.hasLevelled)) return HOLDS;
  }
  const wasHeld = totalsPart.of(evidence).growing[resource] === HOLDS;
  const half = { ...limit, least: limit.least / 2, perMinute: limit.perMinute / 2 };
  if (wasHeld && passes(half) && !slower.hasLevelled) return HOLDS;
  return resource === 'memory' && passes(REPORTED) && rises(REPORTED) ? GROWS_SLOWLY : NOTHING;
}

function allowed({ share, least }: Limit, peak: number): number {
  return peak + Math.max(share * peak, least);
}

/** Testing's trend, and that of what it has more than running: running may grow in the same way. */
function bothTrends({ evidence, settings }: DecisionContext, resource: Resource) {
  const blocks = judgedBlocks(evidence, settings);
  const trend = (valueOf: (block: Block) => number): Trend | null =>
    trendOf(blocks.map((block) => ({ atMs: block.endMs, value: valueOf(block) })));
  const testing = trend((block) => block.testing[resource]);
  const more = trend((block) => block.testing[resource] - block.running[resource]);
  const none = { growth: 0, perMinute: 0, isSteady: false, hasLevelled: true };
  const [one, other] = [testing ?? none, more ?? none];
  const slower = {
    growth: Math.min(one.growth, other.growth),
    perMinute: Math.min(one.perMinute, other.perMinute),
    isSteady: one.isSteady && other.isSteady,
    hasLevelled: one.hasLevelled || other.hasLevelled,
  };
  return { testing, slower, blocks: blocks.length };
}

/**
 * One step of the evidence for a rejection: does what testing has more than running set a new record, by what would
 * hold? Asked only far beyond everything that running ever had, so that identical builds never come here.
 */
function observeRecord({ evidence, settings }: DecisionContext): void {
  const { growthRecords: records, memoryGrowth } = totalsPart.of(evidence);
  const blocks = judgedBlocks(evidence, settings);
  if (++records.steps % STEP_BLOCKS !== 0 || blocks.length < STEP_BLOCKS) return;
  const { testing, running, spanMs } = merged(blocks.slice(-STEP_BLOCKS));
  const excess = testing.memory - running.memory;
  const step = (LIMITS.memory.perMinute / 2) * (spanMs / MINUTE_MS);
  const isRecord = excess > records.excess + step;
  records.excess = Math.max(records.excess, excess);
  if (testing.memory > DOUBT.factor * peaksOf(evidence).memory + DOUBT.slack) {
    memoryGrowth.update(isRecord, NULL_RATE);
  }
}

function against(evidence: Evidence): number {
  return BUDGET.memoryGrowth * totalsPart.of(evidence).memoryGrowth.value;
}

/** What holds the promotion, unless an operator accepted it. */
function held({ evidence, isAccepted }: DecisionContext): readonly Resource[] {
  const { growing } = totalsPart.of(evidence);
  return RESOURCES.filter(
    (resource) => growing[resource] === HOLDS && !isAccepted(LIMITS[resource].code),
  );
}

function grown(evidence: Evidence): readonly Resource[] {
  const { growing } = totalsPart.of(evidence);
  return RESOURCES.filter((resource) => growing[resource] !== NOTHING);
}

function reasonOf(context: DecisionContext, resource: Resource): Reason {
  const { evidence, settings } = context;
  const { code, name } = LIMITS[resource];
  const { sinceMs } = curveOf(evidence);
  const blocks = evenly(judgedBlocks(evidence, settings));
  const last = blocks.at(-1);
  const peak = peaksOf(evidence)[resource];
  const { perMinute } = bothTrends(context, resource).slower;
  const points = blocks.map(({ endMs, testing }) => {
    const atMs = shortDuration(endMs - sinceMs);
    return `${amountOf(resource, testing[resource])} at ${atMs}`;
  });
  const now = amountOf(resource, last?.running[resource] ?? 0);
  const isHeld = totalsPart.of(evidence).growing[resource] === HOLDS;
  return {
    code,
    endpoint: null,
    text:
      `testing's ${name} grew by ${rateOf(resource, perMinute)} more than running's: ` +
      `${points.join(', ')} after its start; running's now ${now}, at most ${amountOf(resource, peak)}` +
      (isHeld ? '' : '; slow growth is reported and does not decide'),
    observed: Math.round(last?.testing[resource] ?? 0),
    limit: Math.round(allowed(LIMITS[resource], peak)),
    samples: [],
    ...(isHeld ? { accept: code } : {}),
  };
}

/** The first, the last and some between. */
function evenly(blocks: readonly Block[]): readonly Block[] {
  const count = Math.min(POINTS_TOLD, blocks.length);
  const step = (blocks.length - 1) / Math.max(1, count - 1);
  return Array.from({ length: count }, (_, index) => blocks[Math.round(index * step)]).filter(
    (block) => block !== undefined,
  );
}

function amountOf(resource: Resource, amount: number): string {
  return resource === 'memory' ? bytes(amount) : grouped(amount);
}

function rateOf(resource: Resource, perMinute: number): string {
  return `${resource === 'memory' ? bytes(perMinute) : decimal(perMinute)} a minute`;
}

function row({ context, stateOf }: TableInput, resource: Resource): readonly SignalRow[] {
  const { latest } = curveOf(context.evidence);
  if (latest === null) return [];
  const { code, name } = LIMITS[resource];
  const cell = (side: 'running' | 'testing'): string =>
    amountOf(resource, levelsOf(latest[side].usage)[resource]);
  return [
    {
      code,
      name,
      running: cell('running'),
      testing: cell('testing'),
      limit: 'levels off',
      state: stateOf(code),
    },
  ];
}
