import type { Address } from '../../lib/actor/index.ts';
import type { Deployment } from '../../lib/deployment/state.ts';
import type { RolloutEvent } from '../../lib/fleet/rollout/input.ts';
import type { Build } from '../../lib/fleet/rollout/records.ts';
import type { FleetReport } from '../../lib/fleet/view/view.ts';

/** What this host knows of itself. */
export interface FleetFound {
  readonly deployment: Deployment;
  /** Why nothing is promoted by itself at this time of day; null: it may be. */
  readonly closed: string | null;
  /** On the version under test, for the others; null while there is none. */
  readonly evidence: { readonly build: Build; readonly text: string } | null;
}

export interface FleetWish {
  readonly kind: 'pause' | 'resume' | 'promote' | 'reject';
  /** Name of a version; null: the one of the rollout. */
  readonly version: string | null;
  readonly by: string;
  readonly reason: string;
}

export interface FleetReply {
  readonly done: boolean;
  readonly version: string;
  /** What happens now, or why nothing does. */
  readonly text: string;
}

/** The reply, and what this host tells the history of it: nothing where the leader does. */
export interface FleetWished extends FleetReply {
  readonly told: { readonly by: string; readonly text: string } | null;
}

export type FleetMessage =
  | { readonly type: 'tick' }
  /** What the engine has is another one now. */
  | { readonly type: 'changed' }
  | { readonly type: 'found'; readonly found: FleetFound | null }
  | { readonly type: 'beaten'; readonly problem: string | null }
  | {
      readonly type: 'written';
      readonly isWritten: boolean;
      readonly version: string;
      /** Told by the leader alone, each thing once for all hosts. */
      readonly events: readonly RolloutEvent[];
    }
  /** Users are taken back, or cannot be. */
  | { readonly type: 'acted'; readonly isDone: boolean; readonly text: string }
  | { readonly type: 'examined'; readonly trouble: string | null }
  | { readonly type: 'describe'; readonly reply: Address<FleetReport> }
  /** Why a test of this build anew would come to nothing; null: it would not. */
  | {
      readonly type: 'retest';
      readonly build: Build;
      readonly reply: Address<string | null>;
    }
  | { readonly type: 'wish'; readonly wish: FleetWish; readonly reply: Address<FleetReply> }
  | { readonly type: 'wished'; readonly reply: Address<FleetReply>; readonly outcome: FleetWished };
