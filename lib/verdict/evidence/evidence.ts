import {
  authAlternatives,
  burstAlternatives,
  ChangeMixture,
  latencyAlternatives,
} from '../math/change-mixture.ts';
import { ErrorKinds } from '../signals/error-kinds.ts';
import { readNumbers, readRecord, readText } from './checkpoint.ts';
import { Endpoints } from './endpoints.ts';

/** What is counted over all endpoints. Times are ms since the start of the test. */
export interface Totals {
  pairs: number;
  worse: number;
  better: number;
  /** Of those, the ones that are no repetition of the one before. */
  credited: number;
  /** Endpoints hit exactly once, for the share of traffic never seen (Good-Turing). */
  seenOnce: number;
  /** Endpoints that stand in the way of a promotion. */
  held: number;
  lastPairAt: number;
  pairedWorse: number;
  pairedBetter: number;
  paired: number;
  pairedRestUntil: number;
  burstRestUntil: number;
  runningRequests: number;
  runningFailures: number;
  p95: number;
  p95Answers: number;
  timed: number;
  /** Not timed, since the thread that times was held up itself. */
  disturbed: number;
  slower: number;
  slowTimed: number;
  slowTesting: number;
  slowRunning: number;
  slowWorse: number;
  slowBetter: number;
  slow: number;
  slowRestUntil: number;
  refused: number;
  letIn: number;
  shapeWorse: number;
  shapeBetter: number;
  shape: number;
  /** Log windows by who logged clearly more errors, start-up errors among the noisier ones. */
  windowsSame: number;
  windowsNoisier: number;
  windowsQuieter: number;
  logErrors: number;
  /** Windows without the start-up ones. */
  windows: number;
  testingErrors: number;
  runningErrors: number;
  testingWarnings: number;
  runningWarnings: number;
  startupErrors: number;
  openPairs: number;
  /** Running's health: before the test, and lately (counts that fade). */
  historyRequests: number;
  historyFailures: number;
  recentRequests: number;
  recentFailures: number;
  recentTimed: number;
  recentSlow: number;
}

/** Means over endpoints (or kinds of error) by budget; each starts at 1 and is kept up to date. */
export interface Sums {
  paired: number;
  burst: number;
  latency: number;
  slow: number;
  shape: number;
  errorKinds: number;
}

export interface LogFormatChange {
  readonly running: string;
  readonly testing: string;
}

/** Everything observed so far: data only. The channels write it, gates and decision read it. */
export class Evidence {
  readonly totals: Totals = blankTotals();
  readonly sums: Sums = { paired: 1, burst: 1, latency: 1, slow: 1, shape: 1, errorKinds: 1 };
  burst = new ChangeMixture(burstAlternatives);
  latency = new ChangeMixture(latencyAlternatives);
  auth = new ChangeMixture(authAlternatives);
  readonly endpoints: Endpoints;
  readonly errorKinds: ErrorKinds;
  startupExample = '';
  logFormat: LogFormatChange | null = null;

  constructor(maxEndpoints: number, maxErrorKinds: number) {
    this.endpoints = new Endpoints(maxEndpoints);
    this.errorKinds = new ErrorKinds(maxErrorKinds);
  }

  checkpoint(): Record<string, unknown> {
    return {
      totals: { ...this.totals },
      sums: { ...this.sums },
      burst: this.burst.checkpoint(),
      latency: this.latency.checkpoint(),
      auth: this.auth.checkpoint(),
      endpoints: this.endpoints.checkpoint(),
      errorKinds: this.errorKinds.checkpoint(),
      startupExample: this.startupExample,
      logFormat: this.logFormat === null ? null : { ...this.logFormat },
    };
  }

  restore(data: unknown): void {
    const record = readRecord(data, 'evidence');
    readNumbers(this.totals, record['totals'], 'totals');
    readNumbers(this.sums, record['sums'], 'sums');
    this.burst = ChangeMixture.restore(burstAlternatives, record['burst'], 'burst');
    this.latency = ChangeMixture.restore(latencyAlternatives, record['latency'], 'latency');
    this.auth = ChangeMixture.restore(authAlternatives, record['auth'], 'auth');
    const endpoints = readRecord(record['endpoints'], 'endpoints');
    this.endpoints.restore(endpoints['discovered'], endpoints['list'], 'endpoints');
    this.errorKinds.restore(record['errorKinds'], 'errorKinds');
    this.startupExample = readText(record['startupExample'], 'startupExample');
    this.logFormat = readLogFormat(record['logFormat']);
  }
}

/** Pairs with the same outcome, worse ones, and better ones that count in favour of testing. */
export function balanceOf({ pairs, worse, credited }: Totals): [number, number, number] {
  return [pairs - worse - credited, worse, credited];
}

// Private

function readLogFormat(data: unknown): LogFormatChange | null {
  if (data === null) return null;
  const change = readRecord(data, 'logFormat');
  return {
    running: readText(change['running'], 'logFormat.running'),
    testing: readText(change['testing'], 'logFormat.testing'),
  };
}

function blankTotals(): Totals {
  return {
    pairs: 0,
    worse: 0,
    better: 0,
    credited: 0,
    seenOnce: 0,
    held: 0,
    lastPairAt: 0,
    pairedWorse: 0,
    pairedBetter: 0,
    paired: 1,
    pairedRestUntil: 0,
    burstRestUntil: 0,
    runningRequests: 0,
    runningFailures: 0,
    p95: 0,
    p95Answers: 0,
    timed: 0,
    disturbed: 0,
    slower: 0,
    slowTimed: 0,
    slowTesting: 0,
    slowRunning: 0,
    slowWorse: 0,
    slowBetter: 0,
    slow: 1,
    slowRestUntil: 0,
    refused: 0,
    letIn: 0,
    shapeWorse: 0,
    shapeBetter: 0,
    shape: 1,
    windowsSame: 0,
    windowsNoisier: 0,
    windowsQuieter: 0,
    logErrors: 1,
    windows: 0,
    testingErrors: 0,
    runningErrors: 0,
    testingWarnings: 0,
    runningWarnings: 0,
    startupErrors: 0,
    openPairs: 0,
    historyRequests: 0,
    historyFailures: 0,
    recentRequests: 0,
    recentFailures: 0,
    recentTimed: 0,
    recentSlow: 0,
  };
}
