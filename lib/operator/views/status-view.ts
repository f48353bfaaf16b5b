import type { ServletState } from '../../model/servlet-facts.ts';

/** Schema `vili.status/1` of `vili status --json`: fields may be added, never renamed. */
export interface StatusView {
  readonly schema: 'vili.status/1';
  readonly vili: {
    readonly version: string;
    readonly pid: number;
    readonly base: string;
    readonly uptimeMs: number;
    readonly port: number;
    /** The protocol of users on that port. */
    readonly scheme: 'http' | 'https';
  };
  readonly phase: Phase;
  readonly running: ServletView | null;
  readonly testing: ServletView | null;
  readonly previous: ServletView | null;
  readonly verdict: VerdictView | null;
  readonly traffic: TrafficView;
  readonly archive: { readonly count: number; readonly bytes: number };
}

export type Phase = 'starting' | 'steady' | 'testing' | 'promoting' | 'probation' | 'stopping';

export interface ServletView {
  readonly version: string;
  readonly instance: string;
  /** Null while there is no process, as in backoff. */
  readonly pid: number | null;
  readonly port: number | null;
  readonly state: ServletState;
  readonly restarts: number;
  /** ISO 8601 with milliseconds, UTC. */
  readonly startedAt: string | null;
  /** Why the servlet does not serve. */
  readonly problem?: string | null;
}

export interface VerdictView {
  readonly version: string;
  readonly decision: 'collecting' | 'promote' | 'reject' | 'inconclusive';
  readonly pairs: number;
  readonly elapsedMs: number;
  /** Share of the evidence a promotion needs, 0 to 1. */
  readonly progress: number;
  readonly reasons: readonly ReasonView[];
  /** What a promotion still needs, in words. */
  readonly missing: readonly string[];
  /** The table of signals: what both versions did. */
  readonly signals?: readonly SignalView[];
}

/** One line of the table of signals; the values as shown to people. */
export interface SignalView {
  readonly code: string;
  readonly name: string;
  readonly running: string;
  readonly testing: string;
  readonly limit: string;
  readonly state: 'ok' | 'watch' | 'FAIL' | '-';
}

export interface ReasonView {
  readonly code: string;
  /** Method and path template; absent when the reason concerns the whole version. */
  readonly endpoint?: string | null;
  /** One sentence with the observed value and the limit. */
  readonly text: string;
  readonly observed?: number;
  readonly limit?: number;
  /** Request ids to look at. */
  readonly samples?: readonly string[];
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
