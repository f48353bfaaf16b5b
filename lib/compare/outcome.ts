import type { FailureKind } from '../model/exchange.ts';

/** One side's answer to one request. `status` 0 means none came and `failure` says why. */
export interface ResponseSummary {
  readonly status: number;
  readonly ms: number;
  readonly failure: FailureKind | null;
}

/**
 * What two answers differ in. `missing`: running has it, testing has not; `extra`: the other way
 * round; `type`: a JSON value of another type; `value`: same type, other value; `body`: bodies that
 * are not both JSON. `path` is a JSON path (`$.items[].price`) or a header name.
 */
export type DifferenceKind = 'status' | 'header' | 'missing' | 'extra' | 'type' | 'value' | 'body';

export interface Difference {
  readonly kind: DifferenceKind;
  readonly path: string;
  /** Short renderings (at most 80 characters), absent where there is nothing to show. */
  readonly running?: string;
  readonly testing?: string;
}

/**
 * A pair: one user request answered by both versions. `baseline` is there when running was asked a
 * second time: whether that second answer differed from its first one in a way that counts.
 */
export interface PairOutcome {
  readonly requestId: string;
  readonly atMs: number;
  /** Method and path template, e.g. `GET /items/{id}`. */
  readonly endpoint: string;
  readonly running: ResponseSummary;
  readonly testing: ResponseSummary;
  /** Bounded by the comparer; the ones that count against testing come first. */
  readonly differences: readonly Difference[];
  /** True when a difference of a kind that blocks (by `compare.shape`, `compare.values`) is among them. */
  readonly differs: boolean;
  readonly baseline: { readonly differs: boolean } | null;
  /**
   * Running refused the caller (401, 403) and was asked again: whether it refused again. Null or
   * absent when it was not asked.
   */
  readonly deniedAgain?: boolean | null;
  /** The thread that timed testing was held up meanwhile: `testing.ms` says nothing about testing. */
  readonly disturbed?: boolean;
}
