import type { SettingChange } from '../config/reload.ts';
import type { ActorSystem, Address } from '../lib/actor/index.ts';
import type { RestoredVersion } from '../lib/archive/restore-archived.ts';
import type { ServerFile } from '../lib/base/names/server-file.ts';
import type { ClusterEvent } from '../lib/cluster/slot.ts';
import type { Act, ActReply } from '../lib/deployment/acts.ts';
import type { Command, DeploymentEvent } from '../lib/deployment/events.ts';
import type { PairOutcome } from '../lib/compare/outcome.ts';
import type { DeclaredFile } from '../lib/compare/rules/declared.ts';
import type { OnProbation, UserReport } from '../lib/evaluation/users/user-evidence.ts';
import type { Deployment } from '../lib/deployment/state.ts';
import type { DeploymentViews } from '../lib/deployment/views.ts';
import type { SharedEvidence } from '../lib/evaluation/shared.ts';
import type { CourseView } from '../lib/evaluation/course/view.ts';
import type { Logged, LogRead } from '../lib/evaluation/intake.ts';
import type { DecisionRecord } from '../lib/evaluation/report/compose.ts';
import type { EvaluationView, TestView } from '../lib/evaluation/report/views.ts';
import type { LogBatch } from '../lib/logs/follow/batch.ts';
import type { MirrorEvent, OutcomeBatch } from '../lib/mirror/events.ts';
import type { MirrorCounts } from '../lib/mirror/host/accounts.ts';
import type { Target, TrafficObservation } from '../lib/model/exchange.ts';
import type { HistoryEvent } from '../lib/model/history.ts';
import type { ProcessSample } from '../lib/model/servlet-facts.ts';
import type { UserShare } from '../lib/model/promotion/user-share.ts';
import type { Reason } from '../lib/model/reason.ts';
import type { Release } from '../lib/model/release.ts';
import type { Role } from '../lib/model/role.ts';
import type { ServletFacts } from '../lib/model/servlet-facts.ts';
import type { DeclaredDifference } from '../lib/model/traffic-rules.ts';
import type { Announcement, Occasion } from '../lib/notify/announcement.ts';
import type { ProxyCounts } from '../lib/proxy/counts.ts';
import type { Drained } from '../lib/proxy/upstream/pool.ts';
import type { Exit } from '../lib/servlet/process/exit.ts';
import type { SlotEvent } from '../lib/servlet/slot-events.ts';
import type { FleetMessage } from './fleet/messages.ts';
import type { MetricsMessage } from './metrics/messages.ts';

/** The actors at the top that others send to; a message to an absent actor is a dead letter. */
export interface Addresses {
  readonly notifier: Address<NotifierMessage>;
  readonly archivist: Address<ArchivistMessage>;
  readonly trafficMirror: Address<TrafficMirrorMessage>;
  readonly comparator: Address<ComparatorMessage>;
  readonly deployer: Address<DeployerMessage>;
  readonly reloader: Address<ReloaderMessage>;
  readonly userWatch: Address<UserWatchMessage>;
  readonly metrics: Address<MetricsMessage>;
  /** Only with `fleet.endpoints`. */
  readonly fleet: Address<FleetMessage>;
}

/** The addresses may be held before the actors are spawned. */
export function addressesIn(system: ActorSystem): Addresses {
  return {
    notifier: system.address('/vili/notifier'),
    archivist: system.address('/vili/archivist'),
    trafficMirror: system.address('/vili/traffic-mirror'),
    comparator: system.address('/vili/comparator'),
    deployer: system.address('/vili/deployer'),
    reloader: system.address('/vili/reloader'),
    userWatch: system.address('/vili/user-watch'),
    metrics: system.address('/vili/metrics'),
    fleet: system.address('/vili/fleet'),
  };
}

/** From an actor that was restarted: what should it be doing? */
export type Resync = { readonly type: 'resync' };

/** Events of the state machine, as they are, and housekeeping. */
export type DeployerMessage =
  | DeploymentEvent
  | Resync
  | { readonly type: 'servlet-view'; readonly view: ServletFacts }
  | {
      readonly type: 'note';
      readonly event: HistoryEvent;
      readonly version: string;
      readonly text: string;
      /** Absent: Vili by itself. */
      readonly by?: string;
    }
  | { readonly type: 'may-delete'; readonly name: string; readonly reply: Address<boolean> }
  | { readonly type: 'save-again' }
  | { readonly type: 'describe'; readonly reply: Address<DeploymentView> }
  | { readonly type: 'act'; readonly act: Act; readonly reply: Address<ActReply> };

/** The deployment with its servlets, as the deployer knows them now. */
export interface DeploymentView extends DeploymentViews {
  readonly deployment: Deployment;
  readonly servlets: readonly ServletFacts[];
}

/** Events of the slots' state machine, as they are. */
export type VersionMessage = SlotEvent | { readonly type: 'link'; readonly role: Role };

export type ServletMessage =
  | { readonly type: 'ready'; readonly afterMs: number }
  | { readonly type: 'exited'; readonly exit: Exit }
  /** It did not get ready, or responds no longer. */
  | { readonly type: 'unhealthy'; readonly problem: string }
  /** End the process; with `drain`, users' requests in flight finish first. */
  | { readonly type: 'stop'; readonly drain: boolean }
  | { readonly type: 'warning'; readonly text: string }
  | { readonly type: 'drained' }
  | { readonly type: 'stopped'; readonly problem: string | null }
  | { readonly type: 'report' };

export type LogTailerMessage =
  | { readonly type: 'batch'; readonly batch: LogBatch }
  | { readonly type: 'read'; readonly toMs: number }
  | { readonly type: 'problem'; readonly text: string }
  | { readonly type: 'failed'; readonly error: unknown };

export type TrafficMirrorMessage =
  | { readonly type: 'route'; readonly target: Target | null }
  /** Users whose requests go elsewhere, during a promotion in steps. */
  | { readonly type: 'share'; readonly share: UserShare | null }
  | {
      readonly type: 'mirror';
      readonly name: string;
      readonly target: Target | null;
      /** Copies go to this version, previous, and that of `name` is judged by it. */
      readonly against?: string;
      readonly declared?: readonly DeclaredDifference[];
    }
  | { readonly type: 'mirror-off' }
  /** The noise that was learned before Vili restarted. */
  | { readonly type: 'noise'; readonly name: string; readonly noise: string }
  /** Whether it is still to be shown that testing is as fast as running. */
  | { readonly type: 'speed'; readonly isMissing: boolean }
  | {
      readonly type: 'drain';
      readonly target: Target;
      readonly timeoutMs: number;
      readonly reply: Address<Drained>;
    }
  | { readonly type: 'counts'; readonly reply: Address<TrafficCounts> }
  | { readonly type: 'observed'; readonly batch: readonly TrafficObservation[] }
  | { readonly type: 'outcomes'; readonly batch: OutcomeBatch }
  | { readonly type: 'mirror-event'; readonly event: MirrorEvent }
  | { readonly type: 'cluster-event'; readonly event: ClusterEvent };

export interface TrafficCounts {
  readonly proxy: ProxyCounts;
  readonly mirror: MirrorCounts;
}

export type ComparatorMessage =
  | Extract<Command, { type: 'evaluate' }>
  | { readonly type: 'evaluate-off' }
  | { readonly type: 'outcomes'; readonly batch: OutcomeBatch }
  | { readonly type: 'observed'; readonly batch: readonly TrafficObservation[] }
  | ({ readonly type: 'log' } & Logged)
  /** That version logged nothing new before; told now and then. */
  | ({ readonly type: 'log-read' } & LogRead)
  | { readonly type: 'tick' }
  /** What the processes of both sides take; null: nothing is known now. */
  | { readonly type: 'sampled'; readonly sample: ProcessSample | null }
  | { readonly type: 'reported'; readonly problem: string | null }
  /** The fate of a version, for its report. */
  | { readonly type: 'decided'; readonly decision: DecisionRecord }
  | { readonly type: 'describe'; readonly reply: Address<EvaluationView | null> }
  /** What other hosts are told; and so many of them decide, each of which may be wrong. */
  | {
      readonly type: 'share';
      readonly hosts: number;
      readonly reply: Address<SharedEvidence | null>;
    }
  /** The current test, or null. */
  | { readonly type: 'report'; readonly reply: Address<TestView | null> }
  /** How the evidence on it grew. */
  | { readonly type: 'course'; readonly reply: Address<CourseView | null> };

export type ArchivistMessage =
  | { readonly type: 'archive'; readonly name: string }
  | { readonly type: 'restore'; readonly name: string; readonly below: string | null }
  | { readonly type: 'unpacked'; readonly name: string; readonly restored: RestoredVersion }
  | { readonly type: 'not-unpacked'; readonly name: string; readonly problem: string }
  | { readonly type: 'packed'; readonly name: string; readonly text: string }
  | {
      readonly type: 'not-packed';
      readonly name: string;
      readonly problem: string;
      readonly isSystemFailure: boolean;
    }
  | { readonly type: 'again'; readonly name: string };

export type DiskJanitorMessage =
  | { readonly type: 'tick' }
  /** Time to check the servlets' output, which can fill a disk in seconds. */
  | { readonly type: 'cap' }
  | { readonly type: 'capped'; readonly problem: string | null }
  | {
      readonly type: 'cleaned';
      readonly deleted: readonly string[];
      readonly warning: string | null;
    }
  /** Time to look at the free space, which takes a moment only. */
  | { readonly type: 'look' }
  /** Why there is no room for another test; null: there is, or nobody knows. */
  | { readonly type: 'looked'; readonly problem: string | null }
  | { readonly type: 'not-cleaned'; readonly problem: string };

export type IngestorMessage =
  /** `attempt` counts from 0 how often it could not be read since it was seen. */
  | { readonly type: 'file'; readonly file: ServerFile; readonly attempt?: number }
  | {
      readonly type: 'unread';
      readonly file: ServerFile;
      readonly attempt: number;
      readonly foundAtStart: boolean;
      readonly error: unknown;
    }
  /** It declares differences of a version. */
  | { readonly type: 'accept-file'; readonly file: ServerFile }
  | { readonly type: 'declared'; readonly file: ServerFile; readonly declared: DeclaredFile }
  | { readonly type: 'near-miss'; readonly fileName: string; readonly text: string }
  | { readonly type: 'identified'; readonly release: Release; readonly foundAtStart: boolean }
  | { readonly type: 'problem'; readonly text: string };

export type NotifierMessage =
  | {
      readonly type: 'notify';
      readonly event: Occasion;
      readonly version: string;
      readonly reasons: readonly Reason[];
      readonly by: string;
      /** The version users get at that moment. */
      readonly running: string | null;
    }
  /** Of one channel, by its name, as below. */
  | { readonly type: 'sent'; readonly channel: string }
  | {
      readonly type: 'not-sent';
      readonly channel: string;
      readonly announcement: Announcement;
      readonly attempt: number;
      readonly problem: string;
    }
  | {
      readonly type: 'again';
      readonly channel: string;
      readonly announcement: Announcement;
      readonly attempt: number;
    };

export type ReloaderMessage =
  /** Time to look whether a settings file has changed. */
  | { readonly type: 'tick' }
  | { readonly type: 'reload'; readonly by: string; readonly reply?: Address<ReloadReply> };

/** What changed; or the error of a reload that changed nothing. */
export type ReloadReply =
  | { readonly changes: readonly SettingChange[] }
  | { readonly failed: unknown };

export type UserWatchMessage =
  | { readonly type: 'observed'; readonly batch: readonly TrafficObservation[] }
  /** The version before the one on probation responded to copies: it is `running` in these pairs. */
  | { readonly type: 'copied'; readonly outcomes: readonly PairOutcome[] }
  | { readonly type: 'tick' }
  | { readonly type: 'describe'; readonly reply: Address<UserReport | null> }
  /** Who is on probation; absent: it is not known. */
  | { readonly type: 'looked'; readonly found?: OnProbation | null }
  /** Or not: the next checkpoint is written anyway. */
  | { readonly type: 'saved' };

export type AdminMessage =
  | { readonly type: 'listening' }
  | { readonly type: 'not-listening'; readonly problem: string }
  | { readonly type: 'again' }
  | { readonly type: 'problem'; readonly problem: string };

export type OperatorMessage = { readonly type: 'problem'; readonly problem: string };
