import type { Sample } from '../compare/sample/sample.ts';
import type { Report } from '../evaluation/report/report.ts';
import type { ActorTree } from '../model/actor-tree.ts';
import type { HistoryEntry } from '../model/history.ts';
import type { TraceFilter, TraceRecord } from '../model/trace-record.ts';
import type { ReplayPlan, VersionQuery } from './views/evidence-view.ts';
import type { LiveEvent, StatusView, VerdictView } from './views/status-view.ts';

export interface ActRequest {
  /** The version that is meant; absent: the one under test. */
  readonly version?: string;
  readonly reason?: string;
  /** Who asks, for the audit, e.g. `ann@host (cli)`. */
  readonly by: string;
}

export interface ActResult {
  readonly version: string;
  /** What happens now, in one sentence. */
  readonly effect: string;
}

/**
 * What the control API can do, given by the operator actor. A handler that throws ViliError
 * answers with its code and message; `VILI_REFUSED` means that the act is not possible now.
 */
export interface ControlHandlers {
  status(): Promise<StatusView>;
  verdict(): Promise<VerdictView | null>;
  /** Null when no version was tested yet, or nothing is known of that one any more. */
  report(query: VersionQuery): Promise<Report | null>;
  samples(query: VersionQuery): Promise<{ version: string; samples: readonly Sample[] }>;
  replay(query: VersionQuery): Promise<ReplayPlan>;
  history(limit: number): Promise<readonly HistoryEntry[]>;
  trace(filter: TraceFilter): Promise<readonly TraceRecord[]>;
  /** Calls the listener for every new record until the returned function is called. */
  followTrace(listener: (record: TraceRecord) => void): () => void;
  tree(): Promise<ActorTree>;
  /** Calls the listener for every new event until the returned function is called. */
  events(listener: (event: LiveEvent) => void): () => void;
  promote(request: ActRequest): Promise<ActResult>;
  reject(request: ActRequest): Promise<ActResult>;
  retest(request: ActRequest): Promise<ActResult>;
  /** Only with VILI_DEBUG=1: makes the actor at this path crash. */
  crash?(path: string): Promise<void>;
}
