import type { DecisionContext } from '../decision/context.ts';
import { rejectionE } from '../decision/budget.ts';
import { type EndpointEvidence, EndpointPart } from '../evidence/endpoint.ts';
import { TotalsPart } from '../evidence/evidence.ts';
import { signals } from '../signals/list.ts';
import { RECENT_PAIRS } from '../signals/errors/counting.ts';
import { substance } from '../signals/substance.ts';
import { Fields } from './fields.ts';
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
  'historyAnswers',
  'runningFailures',
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
  'movedOn',
  'bodiesUnread',
  'aside',
  'recent',
  'asideByRule',
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
  'coldTimed',
  'coldSlower',
  'coldSlowTimed',
  'coldSlowTesting',
  'coldSlowRunning',
  'seenOnce',
] as const;
export type TotalCount = (typeof TOTAL_COUNTS)[number];

export const endpointFields = new Fields(ENDPOINT_COUNTS, EndpointPart.kinds);
const meanFields = new Fields(['paced', 'recentPace', 'usualPace'], TotalsPart.kinds);
export const totalFields = new Fields(TOTAL_COUNTS, TotalsPart.kinds);

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
  /** It holds the promotion by what this host alone saw of it. */
  readonly isHeld?: boolean;
  /** Those that are not 0, where that is known. */
  readonly present?: readonly EndpointCount[];
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

/** What one host counted; `originMs` is the start of its test on the clock of all. */
export interface HostCounts {
  readonly counts: Counts;
  readonly originMs: number;
  /** Endpoints with one pair that it could not tell of. */
  readonly cutOnce?: number;
}

interface Timelines {
  readonly burstTimeline: Timeline;
  readonly latencyTimeline: Timeline;
}

const locals = signals.filter(({ isLocal }) => isLocal === true);

/** What adds up of the evidence so far. */
export function countsOf(context: DecisionContext, elapsedMs: number): Counts {
  const { evidence } = context;
  const { totals, parts } = evidence;
  const kept = Object.assign({}, ...parts) as Readonly<Record<Marked, Marks>> & Timelines;
  const unmet = locals.filter(({ criterion }) => criterion?.isMet(context, elapsedMs) === false);
  return {
    elapsedMs,
    lastPairAtMs: totals.lastPairAt,
    totals: totalFields.read(totals, parts),
    means: meanFields.read(totals, parts),
    endpoints: [...evidence.endpoints.all()].map(countsOfEndpoint),
    step: Math.max(kept.burstTimeline.step, kept.latencyTimeline.step),
    burst: kept.burstTimeline.blocks().map((block) => ({ ...block })),
    latency: kept.latencyTimeline.blocks().map((block) => ({ ...block })),
    marks: {
      pairedMarks: [...kept.pairedMarks.list()],
      burstMarks: [...kept.burstMarks.list()],
      slowMarks: [...kept.slowMarks.list()],
      windowMarks: [...kept.windowMarks.list()],
    },
    objections: unmet.map(({ codes: [code = ''] }) => code),
    hasSubstance: substance.criterion?.isMet(context, elapsedMs) !== false,
    oddsWorse: rejectionE(evidence),
  };
}

// Private

/** Of the mean of the latest outcomes, its sum. */
function countsOfEndpoint({ name, rank, counts: shared, parts }: EndpointEvidence): EndpointCounts {
  const counts = endpointFields.read(shared, parts);
  counts.recent = Math.max(0, counts.recent) * Math.min(RECENT_PAIRS, counts.pairs);
  return { name, rank, counts, isHeld: shared.hold > 0 };
}
