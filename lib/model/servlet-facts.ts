import type { Target } from './exchange.ts';
import type { Fault } from './fault.ts';
import type { Role } from './role.ts';

/**
 * Why a servlet is down. `hopeless`: it cannot be started at all, so that another attempt is useless. `vili`: the
 * infrastructure of Vili failed, for which no version is rejected or rolled back, unless it happens again and again.
 * `place`: there was no disk, port or file to start it with; it is tried again, and never held against a version.
 */
export type DownCause = 'crashed' | 'hopeless' | 'vili' | 'place';

export type ServletState = 'starting' | 'ready' | 'unhealthy' | 'draining' | 'backoff' | 'stopped';

/** One servlet as its version last reported it. */
export interface ServletFacts {
  readonly version: string;
  readonly role: Role;
  readonly instance: string | null;
  readonly pid: number | null;
  readonly port: number | null;
  readonly state: ServletState;
  readonly restarts: number;
  /** ISO 8601 with milliseconds, UTC. */
  readonly startedAt: string | null;
  /** Why it does not serve, or null. */
  readonly problem: string | null;
  /** When it is started again: ISO 8601, UTC; only in `backoff`. */
  readonly nextTryAt: string | null;
}

/** What a version reports of its folder and its servlets. */
export type VersionReport =
  | { readonly type: 'staged'; readonly name: string }
  | {
      readonly type: 'stage-failed';
      readonly name: string;
      readonly problem: string;
      readonly fault: Fault;
    }
  | {
      readonly type: 'servlet-ready';
      readonly name: string;
      readonly role: Role;
      readonly target: Target;
    }
  | {
      readonly type: 'servlet-down';
      readonly name: string;
      readonly role: Role;
      readonly problem: string;
      readonly cause: DownCause;
    }
  | { readonly type: 'servlet-stopped'; readonly name: string; readonly role: Role }
  | { readonly type: 'retired'; readonly name: string };

/** What the processes of one servlet take from their host at one moment, all of them together. */
export interface ProcessUsage {
  /** Proportional set size with what was swapped out: pages shared by several processes count in parts. */
  readonly memoryBytes: number;
  /** `rss` where the kernel does not tell the proportional size: shared pages count in each process. */
  readonly measure: 'pss' | 'rss';
  /** Processor time since they began, children that have ended included. */
  readonly cpuMs: number;
  readonly threads: number;
  readonly files: number;
}

/** Both sides of a test at the same moment. */
export interface ProcessSample {
  /** When, on a steady clock. */
  readonly atMs: number;
  readonly running: InstanceUsage | null;
  readonly testing: InstanceUsage | null;
  /** The version that users had before, on probation. */
  readonly previous: InstanceUsage | null;
}

/** With the instance it belongs to: another instance of the same version begins at zero. */
export interface InstanceUsage {
  readonly instance: string;
  readonly usage: ProcessUsage;
}

/** What may grow without end. */
export const RESOURCES = ['memory', 'threads', 'files'] as const;
export type Resource = (typeof RESOURCES)[number];
export type Levels = Record<Resource, number>;

export function levelsOf({ memoryBytes: memory, threads, files }: ProcessUsage): Levels {
  return { memory, threads, files };
}
