import type { FailureKind } from '../exchange.ts';

/** What a span says of its request, whoever sent it. */
export interface SpannedRequest {
  readonly method: string;
  /** Path and query, verbatim. */
  readonly path: string;
  readonly endpoint: string;
  /** Steady clock, ms. */
  readonly atMs: number;
  readonly ms: number;
  /** 0 when there was no response. */
  readonly status: number;
  readonly failure: FailureKind | null;
  /** Where it went. */
  readonly instance: string;
}
