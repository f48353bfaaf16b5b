import type { Target } from '../model/exchange.ts';
import type { PromotionStep } from '../model/promotion/user-share.ts';
import type { Reason } from '../model/reason.ts';
import type { Release } from '../model/release.ts';
import type { DeclaredDifference, StickyKey } from '../model/traffic-rules.ts';

/** Verdicts that are remembered; an older one is forgotten, and such a file would be tested again. */
export const DECIDED_LIMIT = 200;

/** The version users get. `target` is where it serves now, null while it (re)starts. */
export interface Running {
  readonly release: Release;
  readonly phase: 'staging' | 'starting' | 'ready' | 'restarting';
  readonly target: Target | null;
  /** The first version of all, which never got ready: nobody relies on this very build. */
  readonly neverReady?: boolean;
}

/**
 * A version on its way through the test. `waiting`: for a promotion or an archive to finish;
 * `replacing`: its old build is being stopped before the new one is staged.
 */
export interface Candidate {
  readonly release: Release;
  readonly phase: 'waiting' | 'replacing' | 'staging' | 'starting' | 'testing';
  readonly crashes: number;
  readonly sinceMs: number;
  /** Its test has begun before; a restart of Vili continues it. */
  readonly begun: boolean;
  /** Since when its servlet is ready without a break, on the steady clock. */
  readonly readySinceMs?: number | null;
  /** The evidence so far neither blocks it nor is about to reject it. */
  readonly isClear?: boolean;
  /** It may go live, and waits until then, wall time, for the window of promotions. */
  readonly windowWait?: { readonly opensMs: number; readonly text: string };
  /** It is enough for a rejection, or is being confirmed. */
  readonly isAgainst?: boolean;
  /** Failures of Vili's own infrastructure, 0 when absent: beyond chance, the version is what breaks it. */
  readonly letDowns?: number;
}

/** A candidate has one of two places: under test, or getting ready to replace that one. */
export type CandidateSlot = 'testing' | 'incoming';

/**
 * The way to become running: the testing servlet is stopped, then a fresh one has to get ready. `stepping`: it has a
 * share of the users.
 */
export interface Promotion {
  readonly phase: 'stopping-test' | 'starting' | 'stepping';
  readonly by: string;
  readonly reasons: readonly Reason[];
  /** How a promotion in steps goes, and how far it has come; absent: users move over all at once. */
  readonly stepping?: Stepping;
}

/** A promotion in steps: a growing share of the users, always the same clients, has the new version. */
export interface Stepping {
  readonly steps: readonly PromotionStep[];
  /** The step under way, from 0 on. */
  readonly at: number;
  /** Who is in the share, as long as this promotion lasts. */
  readonly salt: string;
  readonly key: StickyKey | null;
  /** Where the share is served; null while it is not, and its users are with running. */
  readonly target: Target | null;
  /** What was left of the step at `sinceMs`, on the steady clock. While it is held, that stays so. */
  readonly leftMs: number;
  readonly sinceMs: number;
  readonly isHeld?: boolean;
  /** Users had it before. */
  readonly hasBegun?: boolean;
  /** What people were told, once, that speaks against it while it stays. */
  readonly complaint?: Complaint | null;
}

/** The version before the last promotion, kept warm for a rollback until `untilMs` on the steady clock. */
export interface Previous {
  readonly release: Release;
  readonly target: Target | null;
  readonly untilMs: number;
  /** How much of its probation was left at the last look: time in which Vili is down is none. */
  readonly leftMs?: number;
  /** Copies go to it, so that running is judged by it: since when, on the steady clock. */
  readonly isCompared?: boolean;
  readonly sinceMs?: number;
  /** Running was promoted by hand while the evidence of its test spoke against it. */
  readonly isDoubted?: boolean;
  /** What people were told, once, that speaks against running. */
  readonly complaint?: Complaint | null;
}

/** What speaks against running on probation, while nothing is done about it. */
export interface Complaint {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly reasons: readonly Reason[];
}

/** Nobody serves users since then, on the steady clock. */
export interface Outage {
  readonly sinceMs: number;
  /** Running's own, or one that any version would meet here now; null while nothing was reported. */
  readonly fault: 'own' | 'place' | null;
  /** People were told that they have to act. */
  readonly isReported?: boolean;
}

/** While Vili starts: the servlet that the others wait for, since when. */
export interface Resume {
  readonly waitsFor: 'running' | 'previous';
  readonly sinceMs: number;
  readonly hasFailed?: boolean;
}

/**
 * What an operator accepted once, of one build of one version: what is held back under this name holds
 * it back no longer.
 */
export interface Acceptance {
  readonly version: string;
  /** Another build of the same version is asked about again. */
  readonly fingerprint: string;
  /** The `accept` of a reason, such as the path of a field. */
  readonly name: string;
  readonly reason?: string;
  readonly by: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** The differences that one version is meant to have, by its `.accept` file. */
export interface Declaration {
  readonly version: string;
  readonly fileName: string;
  readonly entries: readonly DeclaredDifference[];
}

/**
 * The way back by hand to a version that is not warm. `waiting`: for an archive to finish, or for running at a start of
 * Vili; `restoring`: its folder is checked, or unpacked from its archive; `starting`: users move over when it is ready.
 */
export interface Rollback {
  readonly version: string;
  /** Null until its folder was looked at. */
  readonly release: Release | null;
  readonly phase: 'waiting' | 'restoring' | 'starting';
  readonly by: string;
  readonly reasons: readonly Reason[];
  /** Fingerprints of server files between it and running: users go back past them. */
  readonly newer: readonly string[];
}

/** While it lasts, no version is promoted or rejected by itself. */
export interface Pause {
  readonly by: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly reason?: string;
}

/** Everything the deployer must remember. Written to the state file at every change. */
export interface Deployment {
  readonly schema: 'vili.state/1';
  readonly running: Running | null;
  readonly testing: Candidate | null;
  /** A newer candidate, getting ready to replace `testing`. */
  readonly incoming: Candidate | null;
  /** Set while `testing` is being promoted; in steps `running` is the version before until the last has passed. */
  readonly promotion: Promotion | null;
  readonly previous: Previous | null;
  readonly rollback?: Rollback | null;
  /** Its report stays readable in its folder until the next version arrives. */
  readonly rejected: { readonly release: Release; readonly reasons: readonly Reason[] } | null;
  /** Names whose folder is to be zipped, verified and deleted. */
  readonly archiving: readonly string[];
  /** Fingerprints that had their verdict: the same file is not tested twice unless asked for. */
  readonly decided: readonly string[];
  /** Fingerprints of versions whose place was taken before they had a verdict. */
  readonly superseded?: readonly string[];
  /** What operators accepted of versions under test. */
  readonly accepted?: readonly Acceptance[];
  /** Of versions to come, of the one under test, and of running. */
  readonly declared?: readonly Declaration[];
  readonly paused?: Pause | null;
  readonly outage?: Outage | null;
  readonly resume?: Resume | null;
  /** Why the disk has no room for another test, as measured last, perhaps before a restart of Vili. */
  readonly shortDisk?: string | null;
  /** When a delay by this place was last reported, by version: it may last for days. */
  readonly delays?: Readonly<Record<string, number>>;
}

export const NOTHING_DEPLOYED: Deployment = {
  schema: 'vili.state/1',
  running: null,
  testing: null,
  incoming: null,
  promotion: null,
  previous: null,
  rejected: null,
  archiving: [],
  decided: [],
};

/** Versions that must keep their folder: those that serve, served last, are tested or can be read up. */
export function protectedNames(state: Deployment): ReadonlySet<string> {
  const candidates = [state.testing, state.incoming].filter((it) => it?.phase !== 'waiting');
  const holders = [state.running, state.previous, state.rejected, ...candidates];
  const names = holders.flatMap((holder) => (holder ? [holder.release.name] : []));
  const { rollback } = state;
  return new Set(!rollback || rollback.phase === 'waiting' ? names : [...names, rollback.version]);
}
