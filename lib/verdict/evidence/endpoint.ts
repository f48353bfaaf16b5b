import { burstAlternatives, ChangeMixture, latencyAlternatives } from '../math/change-mixture.ts';
import { readNumbers, readRecord, readText } from './checkpoint.ts';
import { Tally } from './tally.ts';

const BUDGET_EXPONENT = -1.2;
/** The sum of k^-1.2 over all k, so that all budgets together stay below 1. */
const BUDGET_TOTAL = 5.5916;

/** What is counted for one endpoint. Times are ms since the start of the test. */
export interface EndpointCounts {
  pairs: number;
  worse: number;
  better: number;
  /** The latest pair in which testing did better: when, and the how manieth. */
  betterAt: number;
  betterPair: number;
  /** Mean of the latest comparisons. */
  recent: number;
  /** One-sided failures at least a rest apart, and their e-value. */
  pairedWorse: number;
  pairedBetter: number;
  paired: number;
  pairedRestUntil: number;
  burstRestUntil: number;
  /** Running's own record, also from requests that were not mirrored. */
  runningRequests: number;
  runningFailures: number;
  /** Running's 95th percentile on the logarithmic scale, and as it was before the test. */
  p95: number;
  p95Answers: number;
  historyP95: number;
  historyAnswers: number;
  historyRefused: number;
  slowWorse: number;
  slowBetter: number;
  slow: number;
  slowRestUntil: number;
  timed: number;
  slower: number;
  slowTesting: number;
  slowRunning: number;
  refused: number;
  /** Refusals running was asked about again: it let the caller in, or refused once more. */
  refusedOnce: number;
  refusedTwice: number;
  letIn: number;
  /** Pairs whose answers could be compared with a control; how often only one side differed. */
  controls: number;
  shapeWorse: number;
  shapeBetter: number;
  shape: number;
  /** Compared without a control, on an endpoint that never had one. */
  uncontrolled: number;
  uncontrolledDiffers: number;
  /** A code of `Hold`; 0 when the endpoint does not stand in the way of a promotion. */
  hold: number;
}

/** The share of the budget for the k-th endpoint discovered. */
export function endpointBudget(rank: number): number {
  return rank ** BUDGET_EXPONENT / BUDGET_TOTAL;
}

/** The evidence of one endpoint; the channels write to it. */
export class EndpointEvidence {
  readonly name: string;
  readonly rank: number;
  readonly budget: number;
  readonly counts: EndpointCounts;
  burst = new ChangeMixture(burstAlternatives);
  latency = new ChangeMixture(latencyAlternatives);
  /** Made when there is something to tell: most endpoints never need them. */
  failures: Tally | null = null;
  /** Fields that count against testing, and those that are only told. */
  differences: Tally | null = null;
  alsoSeen: Tally | null = null;
  timings: Tally | null = null;

  constructor(name: string, rank: number) {
    this.name = name;
    this.rank = rank;
    this.budget = endpointBudget(rank);
    this.counts = blankCounts();
  }

  checkpoint(): unknown {
    return {
      name: this.name,
      rank: this.rank,
      counts: { ...this.counts },
      burst: this.burst.checkpoint(),
      latency: this.latency.checkpoint(),
      failures: this.failures?.checkpoint() ?? null,
      differences: this.differences?.checkpoint() ?? null,
      alsoSeen: this.alsoSeen?.checkpoint() ?? null,
      timings: this.timings?.checkpoint() ?? null,
    };
  }

  static restore(data: unknown, where: string): EndpointEvidence {
    const record = readRecord(data, where);
    const { rank } = readNumbers({ rank: 1 }, { rank: record['rank'] }, where);
    const endpoint = new EndpointEvidence(readText(record['name'], `${where}.name`), rank);
    readNumbers(endpoint.counts, record['counts'], `${where}.counts`);
    endpoint.burst = ChangeMixture.restore(burstAlternatives, record['burst'], `${where}.burst`);
    endpoint.latency = ChangeMixture.restore(
      latencyAlternatives,
      record['latency'],
      `${where}.latency`,
    );
    for (const name of ['failures', 'differences', 'alsoSeen', 'timings'] as const) {
      const tally = record[name] ?? null;
      endpoint[name] = tally === null ? null : Tally.restore(tally, `${where}.${name}`);
    }
    return endpoint;
  }
}

// Private

function blankCounts(): EndpointCounts {
  return {
    pairs: 0,
    worse: 0,
    better: 0,
    betterAt: 0,
    betterPair: 0,
    recent: 0,
    pairedWorse: 0,
    pairedBetter: 0,
    paired: 1,
    pairedRestUntil: 0,
    burstRestUntil: 0,
    runningRequests: 0,
    runningFailures: 0,
    p95: 0,
    p95Answers: 0,
    historyP95: 0,
    historyAnswers: 0,
    historyRefused: 0,
    slowWorse: 0,
    slowBetter: 0,
    slow: 1,
    slowRestUntil: 0,
    timed: 0,
    slower: 0,
    slowTesting: 0,
    slowRunning: 0,
    refused: 0,
    refusedOnce: 0,
    refusedTwice: 0,
    letIn: 0,
    controls: 0,
    shapeWorse: 0,
    shapeBetter: 0,
    shape: 1,
    uncontrolled: 0,
    uncontrolledDiffers: 0,
    hold: 0,
  };
}
