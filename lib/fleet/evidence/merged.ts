import type { Reason } from '../../model/reason.ts';
import type { PendingRejection } from '../../verdict/decision/confirmation.ts';
import type { Certainty } from '../../verdict/report.ts';

/** A reason names so many, the most affected first. */
export const MAX_HOSTS_NAMED = 5;

/** A sentence with its numbers, and the hosts that it comes from: the most affected first, none where all share it. */
export interface MergedReason extends Reason {
  readonly hosts: readonly string[];
}

/** What one host adds, and how it stands by itself. */
export interface HostShare {
  readonly host: string;
  readonly pairs: number;
  readonly oddsWorse: number;
}

export interface MergedVerdict {
  readonly decision: 'collecting' | 'promote' | 'reject';
  readonly reasons: readonly MergedReason[];
  readonly missing: readonly string[];
  /** How far the promotion is, 0 to 1. */
  readonly progress: number;
  readonly pairs: number;
  readonly certainty: Certainty;
  readonly hosts: readonly HostShare[];
  /** To be passed to the next merge; null while the evidence for a rejection is not complete. */
  readonly pending: PendingRejection | null;
}
