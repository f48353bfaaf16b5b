import type { Target } from '../model/exchange.ts';
import type { HistoryEvent } from '../model/history.ts';
import type { PromotionStep, UserShare } from '../model/promotion/user-share.ts';
import type { Reason } from '../model/reason.ts';
import type { Release } from '../model/release.ts';
import type { Role } from '../model/role.ts';
import type { DeclaredDifference } from '../model/traffic-rules.ts';
import type { VersionReport } from '../model/servlet-facts.ts';
import type { StickyKey } from '../model/traffic-rules.ts';
import type { Deployment } from './state.ts';

/** Who wants something to happen, Vili itself included, and why. */
export interface Asked {
  readonly by: string;
  readonly reasons: readonly Reason[];
}

/** Everything that can happen to the deployment. */
export type DeploymentEvent =
  | {
      readonly type: 'booted';
      /** From the state file, null when there is none. */
      readonly saved: Deployment | null;
      /** Where the links of a base without a state file point to. */
      readonly adopted: { readonly running: Release | null; readonly testing: Release | null };
      /** Server files in the base, oldest first. */
      readonly files: readonly Release[];
    }
  | {
      readonly type: 'arrived';
      readonly release: Release;
      /** Found by the scan at a start, not seen arriving: an old file is then not worth a record. */
      readonly foundAtStart: boolean;
    }
  | VersionReport
  /** What was measured: why the disk has no room for another test, or null. */
  | { readonly type: 'disk'; readonly problem: string | null }
  /** Time has passed: some rules depend on nothing else. */
  | { readonly type: 'tick' }
  /** Whether the evidence on the version under test neither blocks it nor is about to reject it. */
  | {
      readonly type: 'standing';
      readonly name: string;
      readonly isClear: boolean;
      /** It is about to be rejected, or would be if it were up to Vili. */
      readonly isAgainst?: boolean;
    }
  | ({
      readonly type: 'verdict';
      readonly name: string;
      readonly decision: 'promote' | 'reject';
      /** Of a promotion that somebody asked for; Vili's own go by the rules. */
      readonly steps?: readonly PromotionStep[];
      /** All hosts of the fleet decided it, and it is the turn of this one. */
      readonly isByFleet?: boolean;
    } & Asked)
  /** Test a rejected version again: the one rejected last, or one whose file is present. */
  | ({
      readonly type: 'retest';
      readonly release: Release;
    } & Asked)
  /** What holds a version under test back under this name is accepted. */
  | ({
      readonly type: 'accept';
      readonly version: string;
      readonly name: string;
      /** Empty when none was given. */
      readonly reason: string;
    } & Asked)
  /** The `.accept` file of a version says which differences it is meant to have; none withdraws them. */
  | {
      readonly type: 'declared';
      readonly version: string;
      readonly fileName: string;
      readonly entries: readonly DeclaredDifference[];
    }
  /**
   * Evidence says that running, which is on probation, is worse than previous; or, of a version that has a share of the
   * users, that it is worse than running. Repeated by its source for as long as that is so.
   */
  | ({
      readonly type: 'worse-on-probation';
      readonly name: string;
      /** The evidence is of the kind that a test collects. */
      readonly isByPairs?: boolean;
    } & Asked)
  /** From now on no version is promoted or rejected by itself. */
  | ({
      readonly type: 'pause';
      /** Empty when none was given. */
      readonly reason: string;
    } & Asked)
  | ({ readonly type: 'resume' } & Asked)
  /** A rule that ignores differences counts from the next test on. */
  | ({ readonly type: 'ignored' } & Asked)
  /** A fresh process of this version is wanted in this role. */
  | ({ readonly type: 'restart'; readonly version: string; readonly role: Role } & Asked)
  /** Vili is about to stop, because somebody asked. */
  | ({ readonly type: 'stop-asked' } & Asked)
  /** Users are to go back to this version. */
  | ({
      readonly type: 'roll-back';
      readonly version: string;
    } & Asked)
  /** The folder of a version is whole. */
  | {
      readonly type: 'restored';
      readonly release: Release;
      /** From its archive; else it was there. */
      readonly isUnpacked: boolean;
      /** Fingerprints of server files between it and running. */
      readonly newer: readonly string[];
    }
  | { readonly type: 'not-restored'; readonly name: string; readonly problem: string }
  /** Look at the probation: it may be over. */
  | { readonly type: 'probation-over' }
  | { readonly type: 'archived'; readonly name: string };

/** Everything a transition can ask for. Commands are idempotent: a repeated one does no harm. */
export type Command =
  | { readonly type: 'stage'; readonly release: Release }
  | { readonly type: 'start'; readonly release: Release; readonly role: Role }
  | { readonly type: 'stop'; readonly name: string; readonly role: Role }
  /** Stop whatever is left of a version; `retired` follows. */
  | { readonly type: 'retire'; readonly name: string }
  | { readonly type: 'archive'; readonly name: string }
  /** Bring the folder of a version back, and look which server files are between it and `below`. */
  | { readonly type: 'restore'; readonly name: string; readonly below: string | null }
  /** Null: nothing serves, users' requests are held. */
  | { readonly type: 'route'; readonly target: Target | null }
  /** Which users' requests go elsewhere; null: none. */
  | { readonly type: 'share'; readonly share: UserShare | null }
  | { readonly type: 'link'; readonly name: string; readonly role: Role }
  /** What the version's running servlet is for users from now on. */
  | { readonly type: 'role'; readonly name: string; readonly duty: 'running' | 'previous' }
  | { readonly type: 'unlink-test' }
  /** Copy requests to this servlet; null: it is down for now and the test continues. */
  | {
      readonly type: 'mirror';
      readonly name: string;
      readonly target: Target | null;
      /** Copies go to this version, previous, and that of `name`, which serves users, is judged by it. */
      readonly against?: string;
      /** Differences that do not count. */
      readonly declared?: readonly DeclaredDifference[];
    }
  | { readonly type: 'mirror-off' }
  /**
   * Collect evidence: from a checkpoint of the same test if there is one, else from scratch; what operators
   * accepted holds nothing back.
   */
  | {
      readonly type: 'evaluate';
      readonly release: Release;
      readonly sinceMs: number;
      readonly accepted: readonly string[];
      readonly against?: string;
      readonly declared?: readonly DeclaredDifference[];
    }
  | { readonly type: 'evaluate-off' }
  | { readonly type: 'probation'; readonly atMs: number }
  /** Notify people that users are about to move to this version. */
  | { readonly type: 'announce-switch'; readonly version: string }
  | {
      readonly type: 'record';
      readonly atMs: number;
      readonly event: HistoryEvent;
      readonly version: string;
      readonly by: string;
      readonly reasons: readonly Reason[];
    };

/** The result of a transition. */
export interface Step {
  readonly state: Deployment;
  readonly commands: readonly Command[];
}

/** What a transition depends on besides state and event. */
export interface Rules {
  /** Steady: durations and deadlines. */
  readonly nowMs: number;
  /** The time of day, for records. */
  readonly wallMs: number;
  readonly probationMs: number;
  /** How long a version on probation is compared before another one is tested; null: it is not. */
  readonly comparedMs: number | null;
  /** Users leave a version on probation only when people say so. */
  readonly isRollbackManual: boolean;
  /** While nothing is promoted by itself: when that ends, and the window as people know it. */
  readonly promotionClosed?: { readonly opensMs: number; readonly window: string } | null;
  /** How versions are promoted by themselves; absent: all users move over at once. */
  readonly inSteps?: {
    readonly steps: readonly PromotionStep[];
    /** What names a client; null: its address. */
    readonly key: StickyKey | null;
    /** For a promotion that begins now. */
    readonly salt: string;
  };
  /** Crashes of a testing version that end its test. */
  readonly testingCrashesMax: number;
  /** When a testing version takes over from a running one that does not serve. */
  readonly takeover: {
    readonly afterMs: number;
    /** How long it must have been ready. */
    readonly readyMs: number;
    /** People decide. */
    readonly isManual: boolean;
  };
  /** This host is one of several, whose rollout says when a version may go live here. */
  readonly isInFleet?: boolean;
  readonly compareVersions: (a: string, b: string) => number;
}
