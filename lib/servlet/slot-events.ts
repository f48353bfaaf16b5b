import type { Instance } from '../base/instance/instance.ts';
import type { Target } from '../model/exchange.ts';
import type { Fault } from '../model/fault.ts';
import type { Release } from '../model/release.ts';
import type { InstanceRole, Role } from '../model/role.ts';
import type { DownCause, ServletFacts, VersionReport } from '../model/servlet-facts.ts';
import type { Exit } from './process/exit.ts';

/** A servlet in the role running serves users, or served them before the last promotion. */
export type Duty = Exclude<InstanceRole, 'test'>;

/** An instance folder, and where its servlet will listen. */
export interface Prepared {
  readonly instance: Instance;
  readonly target: Target;
}

/** Everything that can happen to a version's folder and servlets. */
export type SlotEvent =
  | { readonly type: 'stage'; readonly release: Release }
  | { readonly type: 'staged' }
  | { readonly type: 'stage-failed'; readonly problem: string; readonly fault: Fault }
  /** The pause after a copy that failed is over. */
  | { readonly type: 'stage-due' }
  | { readonly type: 'start'; readonly release: Release; readonly role: Role }
  /** The pause after a failure is over. */
  | { readonly type: 'start-due'; readonly role: Role }
  | { readonly type: 'stop'; readonly role: Role }
  /** What its running servlet is for users, now and at later starts. */
  | { readonly type: 'role'; readonly duty: Duty }
  | { readonly type: 'retire' }
  | ({ readonly type: 'launched'; readonly role: Role } & Prepared)
  | {
      readonly type: 'launch-failed';
      readonly role: Role;
      readonly problem: string;
      readonly fault: Fault;
    }
  | {
      readonly type: 'servlet-ready';
      readonly role: Role;
      readonly target: Target;
      readonly pid: number;
      readonly startedAt: string;
    }
  | {
      readonly type: 'servlet-unhealthy';
      readonly role: Role;
      readonly instance: string;
      readonly problem: string;
      readonly cause: DownCause;
    }
  | {
      readonly type: 'servlet-exited';
      readonly role: Role;
      readonly instance: string;
      readonly exit: Exit;
    };

/** A `launch` is the last command of its transition; `launched` or `launch-failed` follows. */
export type SlotCommand =
  | { readonly type: 'stage'; readonly release: Release }
  /** Send `stage-due` after a pause that grows with the number of failures. */
  | { readonly type: 'stage-later'; readonly failures: number }
  | {
      readonly type: 'launch';
      readonly release: Release;
      readonly role: Role;
      readonly instanceRole: InstanceRole;
    }
  | { readonly type: 'tell-role'; readonly instance: Instance; readonly instanceRole: InstanceRole }
  /** Send `start-due` after a pause that grows with the number of failures. */
  | { readonly type: 'launch-later'; readonly role: Role; readonly failures: number }
  | { readonly type: 'stop-servlet'; readonly instance: Instance; readonly drain: boolean }
  | { readonly type: 'report'; readonly report: VersionReport }
  | { readonly type: 'show'; readonly facts: ServletFacts }
  | { readonly type: 'warn'; readonly text: string }
  /** Nothing of the version is left to look after. */
  | { readonly type: 'end' };

export interface SlotRules {
  /** Of the version. */
  readonly name: string;
  readonly nowMs: number;
  /** A servlet that was ready for this long fails for the first time again, ms. */
  readonly resetAfterMs: number;
}
