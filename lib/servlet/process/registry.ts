import type { Instance } from '../../base/instance/instance.ts';
import type { Target } from '../../model/exchange.ts';
import type { Role } from '../../model/role.ts';
import type { Exit } from './exit.ts';
import type { ProcessIdentity } from './identity.ts';
import type { StopOptions, StopReport } from './servlet-process.ts';

/** A servlet's process as actors see it, whichever process of Vili started it. */
export interface Servlet {
  readonly id: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Resolves exactly once and never rejects: it is gone, and its family with it, or will be once `stop` resolves. */
  readonly exited: Promise<Exit>;
  /** Null when it was gone before that could be read. */
  identity(): ProcessIdentity | null;
  /** Ends it and its family: `timeoutMs` + 3 s, and more only when a part of Vili ends or hangs meanwhile. */
  stop(options: StopOptions): Promise<StopReport>;
}

/** One live process with all that is needed to take it over again. */
export interface RegistryEntry {
  readonly version: string;
  readonly role: Role;
  readonly instance: Instance;
  readonly target: Target;
  readonly process: Servlet;
  /** When it was found ready, ms since the epoch, or null. */
  readyAtMs: number | null;
}

/**
 * The live processes by instance id. It outlives every actor: a servlet actor that is restarted
 * after a crash of its own finds its process here and goes on with it, so users notice nothing.
 */
export type ProcessRegistry = Map<string, RegistryEntry>;

export function entriesOf(registry: ProcessRegistry, version: string): readonly RegistryEntry[] {
  return [...registry.values()].filter((entry) => entry.version === version);
}
