import type { FailureKind } from '../exchange.ts';
import type { SpanIds } from './span.ts';

/**
 * What a copy says of the version that is judged. `set-aside`: nothing; `doubtful`: it did worse or better once, and not
 * when it was asked again.
 */
export type CopyOutcome = 'same' | 'differs' | 'worse' | 'better' | 'doubtful' | 'set-aside';

/** The span of a copy, with its own times: `atMs` is of the steady clock. */
export interface CopySpan extends SpanIds {
  readonly requestId: string;
  readonly method: string;
  /** Path and query, verbatim. */
  readonly path: string;
  readonly endpoint: string;
  readonly atMs: number;
  readonly ms: number;
  /** 0 when there was no response. */
  readonly status: number;
  readonly failure: FailureKind | null;
  /** Where it went. */
  readonly instance: string;
  readonly host: string;
  readonly port: number;
  readonly scheme: 'http' | 'https';
  readonly role: 'testing' | 'previous';
  readonly outcome: CopyOutcome;
  /** How many differences were found. */
  readonly differences: number;
}
