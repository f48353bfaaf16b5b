import type { Reason } from './report.ts';

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
