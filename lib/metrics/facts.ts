import type { ActorTree } from '../model/actor-tree.ts';
import type { HistoryEvent } from '../model/history.ts';
import type { Reason } from '../model/reason.ts';
import type { Role } from '../model/role.ts';
import type { ProcessSample, ServletFacts } from '../model/servlet-facts.ts';
import type { EndpointReport, SignalRow } from '../verdict/report.ts';
import type { DurationsView } from './record/durations.ts';
import type { SpanFacts } from './spans/counts.ts';

type Counts = Readonly<Record<string, number>>;

/** Who responds: running to users, testing to copies, and on probation previous to copies. */
export const MEASURED_ROLES = ['running', 'testing', 'previous'] as const satisfies readonly (
  | Role
  | 'previous'
)[];
export type MeasuredRole = (typeof MEASURED_ROLES)[number];

/** Everything that one scrape tells, all of it from about the same moment. */
export interface MetricFacts {
  readonly status: StatusFacts;
  readonly proxy: ProxyFacts;
  /** Of the version under test, or of the one on probation; null: none is judged. */
  readonly evaluation: EvaluationFacts | null;
  readonly tree: ActorTree;
  readonly recorded: RecordedFacts;
  readonly host: HostFacts;
  /** Null: this host decides alone, or it is not known now. */
  readonly fleet: FleetFacts | null;
  /** Null: there is no collector of traces. */
  readonly spans: SpanFacts | null;
}

/** What of `vili fleet` is a number, by the same names. */
export interface FleetFacts {
  readonly host: string;
  readonly engine: { readonly problem: string | null };
  readonly leader: { readonly host: string } | null;
  readonly hold: object | null;
  readonly rollout: {
    readonly phase: string;
    readonly wave: number;
    readonly heldBy: string | null;
  } | null;
  readonly hosts: readonly { readonly state: string }[];
}

/** What of `vili status` is a number, by the same names. */
export interface StatusFacts {
  readonly vili: {
    readonly version: string;
    readonly identifier: string;
    readonly uptimeMs: number;
  };
  readonly phase: string;
  readonly running: ServletFact | null;
  readonly testing: ServletFact | null;
  readonly previous: ServletFact | null;
  readonly verdict: VerdictFacts | null;
  readonly outage?: { readonly downForMs: number } | null;
  /** Of a promotion in steps. */
  readonly steps?: { readonly share: number } | null;
  readonly probation?: { readonly evidence: VerdictFacts | null } | null;
  readonly paused?: object | null;
  readonly users: { readonly failed: Counts };
  readonly traffic: TrafficFacts;
  readonly archive: { readonly count: number; readonly bytes: number };
  readonly disk: {
    readonly freeShare: number | null;
    readonly minFree: number;
    readonly baseBytes: number | null;
    readonly failing: readonly unknown[];
  };
}

export interface TrafficFacts {
  readonly received: number;
  readonly mirrored: number;
  readonly skipped: Counts;
  readonly dropped: Counts;
  readonly failed: Counts;
  readonly inFlight: number;
}

export type ServletFact = Pick<ServletFacts, 'version' | 'state' | 'restarts' | 'startedAt'>;

export interface VerdictFacts {
  readonly decision: string;
  readonly pairs: number;
  readonly elapsedMs: number;
  readonly progress: number;
  readonly reasons: readonly Pick<Reason, 'code'>[];
  readonly signals: readonly Pick<SignalRow, 'code' | 'name' | 'state'>[];
}

/** Counts of the proxy that `vili status` does not show. */
export interface ProxyFacts {
  readonly responses: Counts;
  readonly errors: Counts;
  readonly retried: number;
  readonly connectionsRejected: number;
  readonly heldNow: number;
  readonly inFlightNow: number;
}

export interface EvaluationFacts {
  readonly oddsWorse: number;
  readonly oddsNeeded: number;
  /** What each signal adds to `oddsWorse`. */
  readonly bySignal: Counts;
  /** The most suspicious first. */
  readonly endpoints: readonly EndpointReport[];
}

/** What was counted since Vili started, or since its metrics actor did. */
export interface RecordedFacts {
  readonly roles: Readonly<Record<MeasuredRole, RoleFacts>>;
  readonly events: Readonly<Partial<Record<HistoryEvent, number>>>;
  /** What the versions' processes take; null: nothing is known now. */
  readonly usage: ProcessSample | null;
  /** Of the last minute; null before its first second. */
  readonly loopDelay: LoopDelay | null;
}

export interface RoleFacts {
  /** By class of the status; `none`: no response. */
  readonly responses: Counts;
  readonly durations: DurationsView;
}

/** How much later than asked for the main thread woke up, seconds. */
export interface LoopDelay {
  readonly mean: number;
  readonly p99: number;
  readonly max: number;
}

/** What the daemon takes, its threads included. */
export interface OwnUsage {
  readonly memoryBytes: number;
  readonly cpuSeconds: number;
}

/** What Vili itself takes. */
export interface HostFacts {
  readonly nodeVersion: string;
  readonly heapBytes: number;
  /** How long the main thread was not idle. */
  readonly loopBusySeconds: number;
  readonly parts: readonly PartFacts[];
}

/** Processes of Vili of one kind, together. */
export interface PartFacts {
  readonly part: 'vili' | 'launcher' | 'proxy';
  readonly processes: number;
  readonly memoryBytes: number;
  readonly cpuSeconds: number;
}
