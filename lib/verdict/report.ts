export type Decision = 'collecting' | 'promote' | 'reject' | 'inconclusive';

/** Stable names of what a verdict rests on. */
export type ReasonCode =
  | 'errors'
  | 'auth-bypass'
  | 'latency'
  | 'slow'
  | 'body-difference'
  | 'log-errors'
  | 'new-error-kind'
  | 'startup-errors'
  | 'log-format'
  | 'running-hurt'
  | 'log-warnings'
  | 'coverage'
  | 'deadline';

export interface Reason {
  readonly code: ReasonCode;
  /** Null when it is about the whole version. */
  readonly endpoint: string | null;
  /** One plain sentence: what was observed, what was allowed. */
  readonly text: string;
  readonly observed: number;
  readonly limit: number;
  /** Request ids, at most 5. */
  readonly samples: readonly string[];
}

/** How sure the verdict is. */
export interface Certainty {
  /** The odds that testing is worse, to 1, and those that reject. */
  readonly oddsWorse: number;
  readonly oddsNeeded: number;
  /** Chance that the next is wrong is at most `ruledOutAlpha`. */
  readonly ruledOutAlpha: number;
  /** Testing fails at most so much more often; 1 when nothing is known. */
  readonly ruledOut: number;
}

export interface VerdictReport {
  readonly decision: Decision;
  readonly pairs: number;
  readonly elapsedMs: number;
  /** How far the promotion is, 0 to 1: the least of its gates. 1 once promoted or rejected. */
  readonly progress: number;
  /** The evidence for a rejection is complete and is being confirmed. */
  readonly condemned: boolean;
  readonly certainty: Certainty;
  readonly reasons: readonly Reason[];
  /** In words, what a promotion still needs; the most important first. */
  readonly missing: readonly string[];
}

/**
 * Something that speaks against testing, whether or not it is enough. The text has no full stop yet.
 * `strength` is what it adds to the evidence for a rejection; 0 when it can only hold a promotion.
 */
export interface Finding {
  readonly reason: Reason;
  readonly strength: number;
}

/** An e-value from which on a finding is worth a sentence while evidence is still collected. */
export const WORTH_TELLING = 3;
export const MAX_SAMPLES = 5;
