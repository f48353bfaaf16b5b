import type { SpannedRequest } from './request.ts';
import type { SpanIds } from './span.ts';

/**
 * What a copy says of the version that is judged. `set-aside`: nothing; `doubtful`: it did worse or better once, and not
 * when it was asked again.
 */
export type CopyOutcome = 'same' | 'differs' | 'worse' | 'better' | 'doubtful' | 'set-aside';

/** The span of a copy, with its own times. */
export interface CopySpan extends SpanIds, SpannedRequest {
  readonly requestId: string;
  readonly host: string;
  readonly port: number;
  readonly scheme: 'http' | 'https';
  readonly role: 'testing' | 'previous';
  readonly outcome: CopyOutcome;
  /** How many differences were found. */
  readonly differences: number;
}
