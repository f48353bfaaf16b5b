import type { Exit } from '../process/exit.ts';
import type { ProcessIdentity } from '../process/identity.ts';
import type { SpawnOptions, StopOptions, StopReport } from '../process/spawn.ts';

/** All but the clock, which does not cross to another process. */
export type LaunchedOptions = Omit<SpawnOptions, 'now'>;

/** Messages arrive in the order they were sent. `call` names one servlet for good. */
export type ToLauncher =
  | { readonly type: 'spawn'; readonly call: number; readonly options: LaunchedOptions }
  | { readonly type: 'stop'; readonly call: number; readonly options: StopOptions }
  | { readonly type: 'close' };

/**
 * `spawned` or `refused` answers a `spawn`; `exited` comes once, after `spawned`; `stopped` answers each `stop`, without
 * a report when the servlet had ended before.
 */
export type FromLauncher =
  | { readonly type: 'spawned'; readonly call: number; readonly born: Born }
  | {
      readonly type: 'refused';
      readonly call: number;
      readonly code: string;
      readonly text: string;
    }
  | { readonly type: 'exited'; readonly call: number; readonly end: End }
  | { readonly type: 'stopped'; readonly call: number; readonly report: StopReport | null };

/** What is known of a servlet as soon as it is started. */
export interface Born {
  readonly pid: number;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Null when it was gone before that could be read. */
  readonly identity: ProcessIdentity | null;
}

/** A servlet is gone, and who of its family could not be ended. */
export interface End {
  readonly exit: Exit;
  readonly survivors: readonly ProcessIdentity[];
}
