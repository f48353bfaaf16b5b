/** What several hosts agree on: which build a version is. */
export interface Build {
  /** Name of the version, `inventory-1.5.0`. */
  readonly version: string;
  /** SHA-256 of its file, hex. */
  readonly sha256: string;
}

/** What a host says of itself, under a lease: it disappears with the host. */
export interface HostRecord {
  readonly schema: 'vili.host/1';
  readonly host: string;
  /** Of this run of its Vili: two hosts of the same name differ in it. */
  readonly instance: string;
  /** Version of Vili. */
  readonly vili: string;
  /** Where its control API listens for others; empty for nowhere. */
  readonly url: string;
  readonly running: Build | null;
  readonly testing: (Build & { readonly isReady: boolean }) | null;
  /** The version under test is on its way to the users. */
  readonly isSwitching: boolean;
  /** Users may still go back by themselves. */
  readonly isOnProbation: boolean;
  /** What it rejected, or went back from, last. */
  readonly rejected: (Build & { readonly text: string }) | null;
  /** Why it would not switch now, whatever the fleet says; null: it would. */
  readonly waits: string | null;
  /** What operators accepted there of the version under test, by name. */
  readonly accepted: readonly string[];
  /** Of the leader whose rollout it acted upon last, for who looks into it afterwards. */
  readonly token: number;
}

export type RolloutPhase = 'collecting' | 'waves' | 'done' | 'rejected' | 'stopped';

/** Where one build stands in the fleet; changed only by a leader, in one transaction with its leadership. */
export interface Rollout {
  readonly schema: 'vili.rollout/1';
  /** 1 for the first rollout of a fleet. */
  readonly id: number;
  /** Of the leader that wrote it. */
  readonly token: number;
  readonly candidate: Build;
  readonly phase: RolloutPhase;
  /** The wave that is open, from 0 on. */
  readonly wave: number;
  /** Host -> the wave in which it was told to go. */
  readonly assigned: Readonly<Record<string, number>>;
  /** Hosts of these that have gone, and whose probation is over. */
  readonly settled: readonly string[];
  /** Hosts seen in this rollout, or in the one before. */
  readonly members: readonly string[];
  /** A host rejected the build before its wave: no further host goes until an operator decides. */
  readonly heldBy: string | null;
  /** Hosts that go without it. */
  readonly excluded: readonly string[];
  /** Who let the waves begin, or ended it: `vili`, or a person. Empty before. */
  readonly decidedBy: string;
  /** Why it is where it is, a sentence each. */
  readonly reasons: readonly string[];
  /** Stopped: hosts that have gone go back. */
  readonly takesBack: boolean;
  /** Hosts that were away while an earlier rollout was stopped -> the build that they have still to go back from. */
  readonly leaving: Readonly<Record<string, Build>>;
  /** Builds whose rollout has ended, by SHA-256, the newest last. */
  readonly finished: readonly string[];
}

/** While it exists, no host is promoted by itself. */
export interface FleetHold {
  readonly by: string;
  /** ISO 8601, UTC, by the clock of the host where it was asked for. */
  readonly at: string;
  readonly reason: string;
}

/** What a person asks the leader for. */
export interface FleetAsk {
  readonly kind: 'resume' | 'promote' | 'reject';
  /** Name of a version; null: the candidate. */
  readonly version: string | null;
  readonly by: string;
  readonly reason: string;
}

export const LIMITS = {
  hosts: 1000,
  finished: 50,
  accepted: 20,
  reasons: 10,
  textCharacters: 300,
  /** As long as a file name may be. */
  nameCharacters: 255,
} as const;

/** A text as it may be written to the engine. */
export function shortened(text: string, max: number = LIMITS.textCharacters): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}

/** The rollout within `LIMITS`, as it may be written to the engine: all that plan it can read it then. */
export function fitting(rollout: Rollout): Rollout {
  const { assigned, settled, members, excluded, reasons, leaving, finished } = rollout;
  return {
    ...rollout,
    assigned: Object.fromEntries(Object.entries(assigned).slice(0, LIMITS.hosts)),
    settled: settled.slice(0, LIMITS.hosts),
    members: members.slice(0, LIMITS.hosts),
    excluded: excluded.slice(-LIMITS.hosts),
    reasons: reasons.slice(0, LIMITS.reasons).map((text) => shortened(text)),
    leaving: Object.fromEntries(Object.entries(leaving).slice(0, LIMITS.hosts)),
    finished: finished.slice(-LIMITS.finished),
  };
}

/** Whether the rollout has come to its end. */
export function isEnded({ phase }: Rollout): boolean {
  return phase === 'done' || phase === 'rejected' || phase === 'stopped';
}

/** The builds whose rollout has ended, once this one has, by SHA-256. */
export function finishedWith({ finished, candidate }: Rollout): readonly string[] {
  return [...new Set([...finished, candidate.sha256])];
}

/** The wave in which the host was told to go; null: it was not. Names of hosts are free: `constructor`, say. */
export function placeOf({ assigned }: Pick<Rollout, 'assigned'>, host: string): number | null {
  return Object.hasOwn(assigned, host) ? (assigned[host] ?? null) : null;
}

/** Whether the host runs this very build. */
export function runs(host: HostRecord, { sha256 }: Build): boolean {
  return host.running?.sha256 === sha256;
}

/** Whether the host has this very build under test. */
export function tests(host: HostRecord, { sha256 }: Build): boolean {
  return host.testing?.sha256 === sha256;
}

/** Whether the host has this very build, under test or running. */
export function has(host: HostRecord, build: Build): boolean {
  return runs(host, build) || tests(host, build);
}

/** Whether the host has another content under the name of this build. */
export function isStray({ running, testing }: HostRecord, { version, sha256 }: Build): boolean {
  return [running, testing].some((it) => it?.version === version && it.sha256 !== sha256);
}

/** Whether the host rejected this very build, or went back from it. */
export function rejects({ rejected }: HostRecord, { sha256 }: Build): boolean {
  return rejected?.sha256 === sha256;
}
