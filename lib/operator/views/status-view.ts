import type { ProbationView } from '../../deployment/probation/view.ts';
import type { StepsView } from '../../deployment/steps/view.ts';
import type { TestReport } from '../../evaluation/report/report.ts';
import type { UserReport } from '../../evaluation/users/user-evidence.ts';
import type { Reason } from '../../model/reason.ts';
import type { ServletFacts } from '../../model/servlet-facts.ts';
import type { FleetStatus } from './fleet-view.ts';
import type { UserFailure, UserOutcome } from '../../model/users/failure.ts';

/** Schema `vili.status/1` of `vili status --json`: fields may be added, never renamed. */
export interface StatusView {
  readonly schema: 'vili.status/1';
  readonly vili: {
    readonly version: string;
    readonly pid: number;
    readonly base: string;
    /** Name of the server file without its version. */
    readonly identifier: string;
    readonly uptimeMs: number;
    readonly port: number;
    /** The protocol of users on that port. */
    readonly scheme: 'http' | 'https';
    /** How servlets are spoken to: plain, by TLS, or by TLS with a certificate that is not checked. */
    readonly servletTls?: 'off' | 'checked' | 'unchecked';
  };
  readonly phase: Phase;
  readonly running: ServletView | null;
  readonly testing: ServletView | null;
  readonly previous: ServletView | null;
  readonly verdict: VerdictView | null;
  /** Set while users are not served since running is down: what is wrong, and what ends it. */
  readonly outage?: { readonly downForMs: number; readonly text: string } | null;
  /** Set during a probation. */
  readonly probation?: ProbationStatus | null;
  /** Set while a version has a share of the users, during a promotion in steps. */
  readonly steps?: StepsStatus | null;
  /** Set while users are on their way back to a version that is not ready yet. */
  readonly rollback?: {
    readonly version: string;
    readonly phase: 'waiting' | 'restoring' | 'starting';
    readonly by: string;
  } | null;
  /** Set while no version is promoted or rejected by itself. */
  readonly paused?: { readonly by: string; readonly at: string; readonly reason?: string } | null;
  /** Set while a version may go live and waits for `promotion.window`. */
  readonly waits?: {
    readonly version: string;
    readonly until: string;
    readonly text: string;
  } | null;
  /** Set where several hosts decide together. */
  readonly fleet?: FleetStatus | null;
  readonly users: UsersView;
  /** Requests for the version under test since Vili started; null: nobody may see it. */
  readonly preview?: {
    readonly served: number;
    readonly refused: number;
    readonly failed: number;
  } | null;
  readonly traffic: TrafficView;
  readonly archive: { readonly count: number; readonly bytes: number };
  readonly disk: DiskView;
}

/**
 * `evidence` is what the comparison with previous has shown; null while that is not made. `users` is what users got, above all
 * of what is never copied; null while nothing is known.
 */
export interface ProbationStatus extends ProbationView {
  readonly evidence: VerdictView | null;
  readonly users?: UsersEvidence | null;
}

/** `evidence` is what users of both versions got; null while nothing is known. */
export interface StepsStatus extends StepsView {
  readonly evidence: UsersEvidence | null;
}

/** How a version does by what users get of it, judged beside what users get, or got, of the other. */
export interface UsersEvidence {
  /** Of the version. */
  readonly responses: number;
  /** What its users sent of all requests since its share is as large as it is, 0 to 1; null while there were none. */
  readonly requestShare: number | null;
  /** Of the other version, before and meanwhile. */
  readonly controlResponses: number;
  /** That it is worse, to 1; all users go back from `oddsNeeded` on. */
  readonly odds: number;
  readonly oddsNeeded: number;
  readonly reasons: readonly Reason[];
  /** Each kind of trouble over all endpoints, then the endpoints where the most speaks against the version. */
  readonly rows: UserReport['rows'];
}

export type Phase = 'starting' | 'steady' | 'testing' | 'promoting' | 'probation' | 'stopping';

export interface DiskView {
  /** Of the base folder's file system, 0 to 1; `freeShare` is null where it cannot be read. */
  readonly freeShare: number | null;
  readonly minFree: number;
  /** What the base takes, in bytes, at least; null until it was measured. */
  readonly baseBytes: number | null;
  /** What of Vili's own cannot be written now, the longest first. */
  readonly failing: readonly FailingWriteView[];
}

export interface FailingWriteView {
  /** `the state`, `the history`, … */
  readonly what: string;
  readonly problem: string;
  /** Of the first failure in a row, ISO 8601, UTC. */
  readonly since: string;
  readonly failures: number;
}

/** `pid` is null while there is no process, as in backoff. */
export interface ServletView extends Omit<ServletFacts, 'role' | 'instance'> {
  readonly instance: string;
}

export interface VerdictView {
  readonly version: string;
  readonly decision: 'collecting' | 'promote' | 'reject' | 'inconclusive';
  readonly pairs: number;
  readonly elapsedMs: number;
  /** Share of the evidence a promotion needs, 0 to 1. */
  readonly progress: number;
  readonly reasons: readonly Reason[];
  /** What a promotion still needs, in words. */
  readonly missing: readonly string[];
  /** When the promotion is due if the traffic stays as it is, or why never; absent once it is decided. */
  readonly estimate?: TestReport['estimate'];
  readonly signals: TestReport['signals'];
  /** Differences that the version is meant to have, by its `.accept` file. */
  readonly declared?: TestReport['declared'];
}

/** What users got in place of a response of running, since Vili started. */
export interface UsersView {
  readonly failed: Readonly<Record<UserOutcome, number>>;
  /** The latest kinds, the last one first. */
  readonly failures: readonly UserFailureView[];
}

export interface UserFailureView extends Omit<UserFailure, 'sinceMs' | 'lastMs'> {
  /** The first and the last, ISO 8601, UTC. */
  readonly since: string;
  readonly last: string;
  /** Which side, what happened, since when, what users got. */
  readonly text: string;
}

/** `received = mirrored + skipped + dropped + failed` at rest. */
export interface TrafficView {
  readonly received: number;
  readonly mirrored: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly dropped: Readonly<Record<string, number>>;
  readonly failed: Readonly<Record<string, number>>;
  readonly inFlight: number;
}
