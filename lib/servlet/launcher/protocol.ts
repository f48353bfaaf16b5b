import type { ProcessUsage } from '../../model/servlet-facts.ts';
import type { Exit } from '../process/exit.ts';
import type { ProcessIdentity } from '../process/identity.ts';
import type { SpawnOptions, StopOptions, StopReport } from '../process/servlet-process.ts';

/** Of the messages below. A Vili of another release that takes a launcher over must speak the same. */
export const LAUNCHER_PROTOCOL = 1;

/** Everything but the clock, which cannot be sent to another process. */
export type LaunchedOptions = Omit<SpawnOptions, 'now'>;

/** Messages arrive in the order in which they were sent. Each `call` belongs to one servlet and is never reused. */
export type ToLauncher =
  | { readonly type: 'spawn'; readonly call: number; readonly options: LaunchedOptions }
  | { readonly type: 'stop'; readonly call: number; readonly options: StopOptions }
  /** What do the servlets take? Sent only after the last one was replied to. */
  | { readonly type: 'measure' }
  | { readonly type: 'close' }
  | Succession;

/**
 * The way of the launcher from one Vili to the next. `pass`: open a door for the next one; what happens meanwhile is kept.
 * `let-go`: the next one has it; `keep`: it does not get it. `claim` comes from the next one, first of all.
 */
export type Succession =
  | { readonly type: 'pass' }
  | { readonly type: 'let-go' }
  | { readonly type: 'keep' }
  | { readonly type: 'claim'; readonly protocol: number; readonly token: string };

/**
 * `spawned` or `spawn-failed` replies to a `spawn`; `exited` comes once, after `spawned`; `stopped` replies to each `stop`,
 * with a null report when the servlet had ended before. `measured` replies to `measure`.
 */
export type FromLauncher =
  | { readonly type: 'spawned'; readonly call: number; readonly birth: Birth }
  | {
      readonly type: 'spawn-failed';
      readonly call: number;
      readonly code: string;
      readonly text: string;
    }
  | {
      readonly type: 'exited';
      readonly call: number;
      readonly exit: Exit;
      /** Processes of its tree that could not be ended. */
      readonly survivors: readonly ProcessIdentity[];
    }
  | { readonly type: 'stopped'; readonly call: number; readonly report: StopReport | null }
  | {
      readonly type: 'measured';
      readonly usages: readonly (readonly [call: number, usage: ProcessUsage])[];
    }
  /** Replies to `pass`: the door is an abstract unix socket, and only who has the token gets in. */
  | { readonly type: 'passing'; readonly door: Door }
  /** Replies to `claim`. */
  | {
      readonly type: 'claimed';
      readonly protocol: number;
      readonly servlets: readonly LivingServlet[];
      /** The first number for calls of the next Vili. */
      readonly nextCall: number;
    }
  | { readonly type: 'declined'; readonly text: string };

export interface Door {
  readonly name: string;
  readonly token: string;
}

/** A servlet that lives when the launcher is taken over. */
export interface LivingServlet {
  readonly call: number;
  readonly options: LaunchedOptions;
  readonly birth: Birth;
}

/** What is known about a servlet as soon as it has started. */
export interface Birth {
  readonly pid: number;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Null when the process was gone before its identity could be read. */
  readonly identity: ProcessIdentity | null;
}
