import type { Instance } from '../base/instance.ts';
import type { Role } from '../deployment/state.ts';
import type { Target } from '../gate/exchange.ts';
import type { ServletProcess } from './spawn.ts';

/** One live process with all that is needed to take it over again. */
export interface RosterEntry {
  readonly version: string;
  readonly role: Role;
  readonly instance: Instance;
  readonly target: Target;
  readonly process: ServletProcess;
  /** When it was found ready, ms since the epoch, or null. */
  readyAtMs: number | null;
}

/**
 * The live processes by instance id. It outlives every actor: a servlet actor that is restarted
 * after a crash of its own finds its process here and goes on with it, so users notice nothing.
 */
export type Roster = Map<string, RosterEntry>;

export function entriesOf(roster: Roster, version: string): readonly RosterEntry[] {
  return [...roster.values()].filter((entry) => entry.version === version);
}
