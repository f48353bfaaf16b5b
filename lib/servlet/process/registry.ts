import type { Instance } from '../../base/instance/instance.ts';
import type { Target } from '../../model/exchange.ts';
import type { Role } from '../../model/role.ts';
import type { Exit } from './exit.ts';
import type { ProcessIdentity } from './identity.ts';
import type { StopOptions, StopReport } from './servlet-process.ts';

/** The process of a servlet as actors see it, whichever process of Vili started it. */
export interface Servlet {
  readonly id: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly startedAt: string;
  /**
   * Resolves exactly once and never rejects: the process is gone. Its tree is gone too, or will be once `stop` resolves.
   */
  readonly exited: Promise<Exit>;
  /** Null when the process was gone before its identity could be read. */
  identity(): ProcessIdentity | null;
  /** Ends the process tree within `timeoutMs` + 3 s; longer only when a part of Vili ends or hangs meanwhile. */
  stop(options: StopOptions): Promise<StopReport>;
}

/** One live process with everything needed to take it over again. */
export interface RegistryEntry {
  readonly version: string;
  readonly role: Role;
  readonly instance: Instance;
  readonly target: Target;
  readonly process: Servlet;
  /** When the servlet became ready, ms since the epoch, or null. */
  readyAtMs: number | null;
}

/**
 * The live processes by instance id. The registry outlives every actor: a servlet actor restarted
 * after its own crash finds its process here and continues with it, so users notice nothing.
 */
export type ProcessRegistry = Map<string, RegistryEntry>;

export function entriesOf(registry: ProcessRegistry, version: string): readonly RegistryEntry[] {
  return [...registry.values()].filter((entry) => entry.version === version);
}
