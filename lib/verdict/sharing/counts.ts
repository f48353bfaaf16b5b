import type { DecisionContext } from '../decision/context.ts';
import { rejectionE } from '../decision/budget.ts';
import { signals } from '../signals/list.ts';
import { substance } from '../signals/substance.ts';
import type { Mark, Marks } from './marks.ts';
import type { Block, Timeline } from './timeline.ts';

/**
 * What is counted of an endpoint and adds up over hosts, the usual ones first. New names go to the end: hosts exchange
 * the numbers in this order.
 */
export const ENDPOINT_COUNTS = [
  'pairs',
  'timed',
  'controls',
  'slower',
  'worse',
  'better',
  'burstHits',
  'burstSurprise',
  'pairedWorse',
  'pairedBetter',
  'doubtful',
  'setAside',
  'slowTesting',
  'slowRunning',
  'slowWorse',
  'slowBetter',
  'shapeWorse',
  'shapeBetter',
  'uncontrolled',
  'uncontrolledDiffers',
  'letIn',
  'refused',
  'refusedOnce',
  'refusedTwice',
  'historyRefused',
  'historyAnswers',
  'movedOn',
  'bodiesUnread',
  'aside',
] as const;
export type EndpointCount = (typeof ENDPOINT_COUNTS)[number];

/** The same over all endpoints. */
export const TOTAL_COUNTS = [
  'pairs',
  'timed',
  'slower',
  'slowTimed',
  'firstTimed',
  'firstSlower',
  'firstSlowTimed',
  'windows',
  'windowsSame',
  'runningRequests',
  'runningFailures',
  'worse',
  'better',
  'broken',
  'credited',
  'pairedWorse',
  'pairedBetter',
  'doubtful',
  'setAside',
  'disturbed',
  'slowTesting',
  'slowRunning',
  'slowWorse',
  'slowBetter',
  'firstSlowTesting',
  'firstSlowRunning',
  'shapeWorse',
  'shapeBetter',
  'windowsNoisier',
  'windowsQuieter',
  'testingErrors',
  'runningErrors',
  'startupErrors',
  'refused',
  'letIn',
  'openPairs',
  'aside',
  'asideByRule',
  'asideUnlearned',
] as const;
export type TotalCount = (typeof TOTAL_COUNTS)[number];

/** Pieces of evidence whose times matter, since hosts may share what hiccups. */
export const MARKED = ['pairedMarks', 'burstMarks', 'slowMarks', 'windowMarks'] as const;
export type Marked = (typeof MARKED)[number];

/** Means over the latest of something, and what is counted to weigh them. */
export interface Means {
  /** Of second times: how many, and testing's time in relation to running's lately and as a whole, as logarithms. */
  readonly paced: number;
  readonly recentPace: number;
  readonly usualPace: number;
}

export interface EndpointCounts {
  readonly name: string;
  /** Order of discovery on its host. */
  readonly rank: number;
  readonly counts: Readonly<Record<EndpointCount, number>>;
}

/** The evidence of one test as far as it can be added to that of other hosts; times in ms of the test. */
export interface Counts {
  readonly elapsedMs: number;
  readonly lastPairAtMs: number;
  readonly totals: Readonly<Record<TotalCount, number>>;
  readonly means: Means;
  readonly endpoints: readonly EndpointCounts[];
  readonly step: number;
  readonly burst: readonly Block[];
  readonly latency: readonly Block[];
  readonly marks: Readonly<Record<Marked, readonly Mark[]>>;
  /** Codes of what objects to a promotion on this host alone, and whether what was compared stands for the service. */
  readonly objections: readonly string[];
  readonly hasSubstance: boolean;
  /** The odds that testing is worse, by this host alone. */
  readonly oddsWorse: number;
}

type Plain = Record<string, unknown>;
const locals = signals.filter(({ isLocal }) => isLocal === true);

/** What adds up of the evidence so far. */
export function countsOf(context: DecisionContext, elapsedMs: number): Counts {
  const { evidence } = context;
  const totals = flat(evidence.totals, evidence.parts);
  const [burst, latency] = [totals['burstTimeline'], totals['latencyTimeline']] as Timeline[];
  const marksOf = (name: Marked): readonly Mark[] => (totals[name] as Marks).list();
  const unmet = locals.filter(({ criterion }) => criterion?.isMet(context, elapsedMs) === false);
  return {
    elapsedMs,
    lastPairAtMs: evidence.totals.lastPairAt,
    totals: picked(TOTAL_COUNTS, totals),
    means: picked(['paced', 'recentPace', 'usualPace'], totals),
    endpoints: [...evidence.endpoints.all()].map(({ name, rank, counts, parts }) => ({
      name,
      rank,
      counts: picked(ENDPOINT_COUNTS, flat(counts, parts)),
    })),
    step: Math.max(burst?.step ?? 0, latency?.step ?? 0),
    burst: burst?.blocks().map((block) => ({ ...block })) ?? [],
    latency: latency?.blocks().map((block) => ({ ...block })) ?? [],
    marks: {
      pairedMarks: marksOf('pairedMarks'),
      burstMarks: marksOf('burstMarks'),
      slowMarks: marksOf('slowMarks'),
      windowMarks: marksOf('windowMarks'),
    },
    objections: unmet.map(({ codes: [code = ''] }) => code),
    hasSubstance: substance.criterion?.isMet(context, elapsedMs) !== false,
    oddsWorse: rejectionE(evidence),
  };
}

// Private

/** What all signals keep in one record, each field under its own name, as in a checkpoint. */
function flat(shared: object, parts: readonly object[]): Plain {
  return Object.assign({}, shared, ...parts) as Plain;
}

function picked<K extends string>(names: readonly K[], from: Plain): Record<K, number> {
  return Object.fromEntries(names.map((name) => [name, from[name]])) as Record<K, number>;
}
