import type { Sample } from '../../compare/sample/sample.ts';
import type { Act } from '../../deployment/acts.ts';
import type { CourseView } from '../../evaluation/course/view.ts';
import type { Report } from '../../evaluation/report/report.ts';
import type { SeriesView, WindowName } from '../../metrics/series/series.ts';
import type { ActorTree } from '../../model/actor-tree.ts';
import type { HistoryEntry } from '../../model/history.ts';
import type { LinesWanted } from '../../model/logs/shown-line.ts';
import type { Role } from '../../model/role.ts';
import type { CaptureEvent, CaptureWanted } from '../../model/trace/capture.ts';
import type { TraceFilter, TraceRecord } from '../../model/trace-record.ts';
import type { IgnoreRequest, IgnoreView, ReplayRequest, ReplayView } from '../views/act-views.ts';
import type { ReplayPlan } from '../views/evidence-view.ts';
import type { FleetReport } from '../views/fleet-view.ts';
import type { LogEvent, LogOwner, LogsView } from '../views/log-view.ts';
import type { StatusView, VerdictView } from '../views/status-view.ts';
import type { UpgradeView } from '../views/upgrade-view.ts';
import type { VersionsView } from '../views/versions-view.ts';

export type ActKind = Act['kind'];

export interface ActRequest {
  /** The version that is meant; absent: the one under test. */
  readonly version?: string | undefined;
  readonly reason?: string | undefined;
  /** What is accepted, such as the path of a field. */
  readonly path?: string | undefined;
  /** Of a rollback: say the steps and do nothing. */
  readonly dryRun?: boolean | undefined;
  /** Of a promotion: `5% 2m, 25% 5m`, or `default`. */
  readonly steps?: string | undefined;
  /** Of a rollback by Vili itself: the version that users are to leave; nothing happens when another one runs. */
  readonly leaves?: string | undefined;
  /** Of a restart: whose process. */
  readonly role?: Role | undefined;
  /** Who asks, for the audit, e.g. `ann@host`. */
  readonly by: string;
}

/** What an operator asks of all hosts. */
export interface FleetRequest {
  readonly act: 'pause' | 'resume' | 'promote' | 'reject';
  /** Absent: that of the rollout. */
  readonly version?: string | undefined;
  readonly reason?: string | undefined;
  readonly by: string;
}

export interface ActResult {
  readonly version: string;
  /** What happens now, in one sentence. */
  readonly effect: string;
  /** Of a rollback: what happens, one sentence each. */
  readonly steps?: readonly string[];
}

/** The settings whose value in the sources is another one than Vili has. */
export interface ReloadResult {
  readonly changes: readonly {
    readonly key: string;
    /** As it is written; secrets are hidden, empty for none. */
    readonly from: string;
    readonly to: string;
    /** From when the new value counts, such as `next test`; null: from the next start of Vili. */
    readonly when: string | null;
  }[];
}

/**
 * Who responds: what the operator actor gives to the control API. A ViliError that a handler throws
 * becomes the response; a ConflictError means that the act is not possible now.
 */
export interface ControlHandlers {
  status(): Promise<StatusView>;
  verdict(): Promise<VerdictView | null>;
  /** In Prometheus' text format. */
  metrics(): Promise<string>;
  /** The points of a window from then on, wall clock, ms. */
  series(window: WindowName, sinceMs: number): Promise<SeriesView>;
  /** Null when no version was tested yet, or nothing is known of that one any more. */
  report(version: string | undefined): Promise<Report | null>;
  samples(version: string | undefined): Promise<{ version: string; samples: readonly Sample[] }>;
  /** How the evidence on a version grew; null as for `report`, and of tests of earlier Vilis. */
  course(version: string | undefined): Promise<CourseView | null>;
  replay(version: string | undefined): Promise<ReplayPlan>;
  /** The versions that arrived last. */
  versions(limit: number): Promise<VersionsView>;
  /** Sends a sample again. Throws ConflictError when that is not possible now. */
  replayed(request: ReplayRequest): Promise<ReplayView>;
  /** Adds a rule to the settings. Throws BadRequestError, ConflictError; then nothing has changed. */
  ignore(request: IgnoreRequest): Promise<IgnoreView>;
  history(limit: number): Promise<readonly HistoryEntry[]>;
  trace(filter: TraceFilter): Promise<readonly TraceRecord[]>;
  /** Calls the listener for every new record until the returned function is called. */
  followTrace(listener: (record: TraceRecord) => void): () => void;
  /** The latest messages whose handling took longer than `trace.slow`, oldest first. */
  slowLog(): Promise<readonly TraceRecord[]>;
  /** Captures what the messages to one actor hold. Throws BadRequestError, ConflictError. */
  capture(wanted: CaptureWanted): (send: (event: CaptureEvent) => void) => () => void;
  tree(): Promise<ActorTree>;
  /** Calls the listener for every new entry of the history until the returned function is called. */
  events(listener: (event: HistoryEntry) => void): () => void;
  /** Null: this host decides alone. */
  fleet(): Promise<FleetReport | null>;
  /** Throws ConflictError when it is not possible now. */
  askFleet(request: FleetRequest): Promise<ActResult>;
  act(kind: ActKind, request: ActRequest): Promise<ActResult>;
  /** Reads the settings again. Throws when they are wrong, and nothing has changed. */
  reload(by: string): Promise<ReloadResult>;
  /** The newest lines of a log. Throws ConflictError when there is none. */
  logs(of: LogOwner, wanted: LinesWanted): Promise<LogsView>;
  /** The same lines, then new ones, of the next process too. */
  followLogs(
    of: LogOwner,
    wanted: LinesWanted,
  ): Promise<(send: (event: LogEvent) => void) => () => void>;
  /** Starts a new Vili that takes over. Throws when it does not get that far, and nothing has changed. */
  upgrade(by: string): Promise<UpgradeView>;
  upgraded(): Promise<UpgradeView>;
  /** Only with VILI_DEBUG=1: makes the actor at this path crash. */
  crash?(path: string): Promise<void>;
}

/** What the files of a base say when no daemon runs there. */
export interface Records extends Pick<ControlHandlers, 'history' | 'report' | 'samples'> {
  /** Where users are served while it runs. */
  readonly origin: string;
}
