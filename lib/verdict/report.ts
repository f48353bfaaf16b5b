import type { Reason } from '../model/reason.ts';
import type { TallyEntry } from './evidence/tally.ts';

export type Decision = 'collecting' | 'promote' | 'reject' | 'inconclusive';

/** How sure the verdict is. */
export interface Certainty {
  /** The odds that testing is worse, to 1, and those that reject. */
  readonly oddsWorse: number;
  readonly oddsNeeded: number;
  /** What each signal adds to `oddsWorse`, by the first of its codes; absent in reports of earlier Vilis. */
  readonly bySignal?: Readonly<Record<string, number>>;
  /** The next statement is wrong with at most this probability. */
  readonly ruledOutAlpha: number;
  /** Testing fails more often by at most this share; 1 when nothing is known. */
  readonly ruledOut: number;
  /**
   * The odds that testing does not fail more often than it may, to 1, and those that a promotion needs; absent in
   * reports of earlier Vilis.
   */
  readonly oddsFit?: number;
  readonly oddsFitNeeded?: number;
}

/** When a test that collects evidence has what a promotion needs, if the traffic stays as it is. */
export interface Estimate {
  /** ms; null while nothing can be said. */
  readonly leftMs: number | null;
  /** Why the test ends before that; null otherwise. */
  readonly never: string | null;
}

export interface VerdictReport {
  readonly decision: Decision;
  readonly pairs: number;
  readonly elapsedMs: number;
  /** How far the promotion is, 0 to 1: the least of its criteria. 1 once promoted or rejected. */
  readonly progress: number;
  /** The rejection is pending: its evidence is complete and is being confirmed. */
  readonly condemned: boolean;
  /** Something seen so far objects to a promotion, whatever evidence may still be missing. */
  readonly blocked: boolean;
  readonly certainty: Certainty;
  readonly reasons: readonly Reason[];
  /** In words, what a promotion still needs; the most important first. */
  readonly missing: readonly string[];
  /** Null once it is decided, or about to be. */
  readonly estimate: Estimate | null;
}

/** What is known of one endpoint, for people who investigate it. */
export interface EndpointReport {
  readonly endpoint: string;
  readonly pairs: number;
  readonly worse: number;
  readonly better: number;
  /** Responses that were timed, and those in which testing was clearly slower. */
  readonly timed: number;
  readonly slower: number;
  /** Pairs with a second response of running, and how often only one side differed. */
  readonly controls: number;
  readonly testingDiffers: number;
  readonly runningDiffers: number;
  readonly held: boolean;
  /** Which responses were compared where testing did worse. */
  readonly failures: readonly TallyEntry[];
  /** Differences that count, and those that are only reported. */
  readonly differences: readonly TallyEntry[];
  readonly alsoSeen: readonly TallyEntry[];
}

/** Where one endpoint stands. */
export interface EndpointState {
  readonly endpoint: string;
  readonly pairs: number;
  readonly worse: number;
  readonly better: number;
  readonly held: boolean;
  /** In words, what it needs before it holds back a promotion no longer; null where it does not. */
  readonly needs: string | null;
}

/** What one side did in the test, as shown to people. */
export interface MeasuredSide {
  /** Responses that were broken (5xx, none), and responses of 400 to 499. */
  readonly failed: number;
  readonly clientErrors: number;
  readonly errorLines: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

/** Both sides of a test side by side. */
export interface Measured {
  readonly pairs: number;
  readonly running: MeasuredSide;
  readonly testing: MeasuredSide;
  /** Pairs with a baseline, and in how many of them only the one side differed. */
  readonly baselines: number;
  readonly testingDiffers: number;
  readonly runningDiffers: number;
}

/** `ok`; `watch`: seen, not decided; `FAIL`: rejects, or would; `-`: nothing to judge yet. */
export type SignalState = 'ok' | 'watch' | 'FAIL' | '-';

/** One line of the table of signals: what both versions did and what is allowed. */
export interface SignalRow {
  readonly code: string;
  readonly name: string;
  readonly running: string;
  readonly testing: string;
  readonly limit: string;
  readonly state: SignalState;
}
