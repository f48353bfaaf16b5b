import type { Wave } from '../../model/promotion/wave.ts';
import type { FleetAsk, HostRecord, Rollout } from './records.ts';

/** What the evidence of all hosts allows, as far as a rollout depends on it. */
export interface Judged {
  /** Of the build that it is on. A newer one may have become the candidate since: it says nothing about that one. */
  readonly sha256: string;
  readonly decision: 'collecting' | 'promote' | 'reject';
  /** A sentence each. */
  readonly reasons: readonly string[];
}

/** Everything that the next step of a rollout depends on. */
export interface RolloutInput {
  /** Of the leader. */
  readonly token: number;
  /** Hosts that are there. */
  readonly hosts: readonly HostRecord[];
  /** Hosts that have been away for so long that what they were told to do counts no longer. */
  readonly released: ReadonlySet<string>;
  /** On the candidate; null: nothing is known. */
  readonly merged: Judged | null;
  /** An operator paused the fleet. */
  readonly isHeld: boolean;
  /** Operators decide, the evidence does not. */
  readonly isManual: boolean;
  readonly ask: FleetAsk | null;
  readonly waves: readonly Wave[];
  /** Share of the known hosts that must have the build before a wave opens. */
  readonly quorum: number;
  readonly onRollback: 'all' | 'stay';
  readonly compareVersions: (left: string, right: string) => number;
}

/** Something that people are told once. */
export interface RolloutEvent {
  readonly kind: 'began' | 'wave' | 'held' | 'resumed' | 'stopped' | 'rejected' | 'done';
  readonly text: string;
}

export interface Planned {
  readonly rollout: Rollout | null;
  readonly events: readonly RolloutEvent[];
}
