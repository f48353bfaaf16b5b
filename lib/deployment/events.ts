import type { Target } from '../model/exchange.ts';
import type { HistoryEvent } from '../model/history.ts';
import type { Reason } from '../model/reason.ts';
import type { Release } from '../model/release.ts';
import type { Role } from '../model/role.ts';
import type { VersionReport } from '../model/servlet-facts.ts';
import type { Deployment } from './state.ts';

/** Everything the state machine can be told. */
export type DeploymentEvent =
  | {
      readonly type: 'booted';
      /** From the state file, or null when there is none. */
      readonly saved: Deployment | null;
      /** What the links of a base without state file point to. */
      readonly adopted: { readonly running: Release | null; readonly testing: Release | null };
      /** Server files in the base, oldest first. */
      readonly files: readonly Release[];
    }
  | {
      readonly type: 'arrived';
      readonly release: Release;
      /** Found when looking around, not seen arriving: an old file is then no news. */
      readonly foundAtStart: boolean;
    }
  | VersionReport
  | {
      readonly type: 'verdict';
      readonly name: string;
      readonly decision: 'promote' | 'reject';
      readonly by: string;
      readonly reasons: readonly Reason[];
    }
  /** Test a version again that was rejected: the one rejected last, or one whose file is there. */
  | {
      readonly type: 'retest';
      readonly release: Release;
      readonly by: string;
      readonly reasons: readonly Reason[];
    }
  | { readonly type: 'roll-back'; readonly by: string; readonly reasons: readonly Reason[] }
  | { readonly type: 'probation-over' }
  | { readonly type: 'archived'; readonly name: string };

/** Everything it can ask for. Each is idempotent, so that a repeated one does no harm. */
export type Command =
  | { readonly type: 'stage'; readonly release: Release }
  | { readonly type: 'start'; readonly release: Release; readonly role: Role }
  | { readonly type: 'stop'; readonly name: string; readonly role: Role }
  /** Stop whatever is left of a version; `retired` follows. */
  | { readonly type: 'retire'; readonly name: string }
  | { readonly type: 'archive'; readonly name: string }
  /** Null: nobody serves, hold the users. */
  | { readonly type: 'route'; readonly target: Target | null }
  | { readonly type: 'link'; readonly name: string; readonly role: Role }
  | { readonly type: 'unlink-test' }
  /** Copy requests to this servlet; null: it is down for now, the test goes on. */
  | { readonly type: 'mirror'; readonly name: string; readonly target: Target | null }
  | { readonly type: 'mirror-off' }
  /** Collect evidence: from a checkpoint of the same test if there is one, else afresh. */
  | { readonly type: 'judge'; readonly release: Release; readonly sinceMs: number }
  | { readonly type: 'judge-off' }
  | { readonly type: 'probation'; readonly untilMs: number }
  /** Tell people that users are about to move to this version. */
  | { readonly type: 'announce-switch'; readonly version: string }
  | {
      readonly type: 'record';
      readonly atMs: number;
      readonly event: HistoryEvent;
      readonly version: string;
      readonly by: string;
      readonly reasons: readonly Reason[];
    };

/** What a transition answers. */
export interface Step {
  readonly state: Deployment;
  readonly commands: readonly Command[];
}

/** What the rules depend on besides state and event. */
export interface Rules {
  readonly nowMs: number;
  readonly probationMs: number;
  /** Crashes of a testing version that end its test. */
  readonly testingCrashesMax: number;
  readonly compareVersions: (a: string, b: string) => number;
}
