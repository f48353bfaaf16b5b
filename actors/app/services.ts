import type { Settings } from '../../config/settings.ts';
import type { ActorSystem, Address } from '../../lib/actor/index.ts';
import type { Layout } from '../../lib/base/names/layout.ts';
import type { History } from '../../lib/base/state/history.ts';
import type { Journal } from '../../lib/journal/journal.ts';
import type { TraceLog } from '../../lib/journal/trace-log.ts';
import type { LogOffset } from '../../lib/logs/follow/batch.ts';
import type { LogFollowers } from '../../lib/logs/follow/follower.ts';
import type { Mirror } from '../../lib/mirror/mirror.ts';
import type { TraceRecord } from '../../lib/model/trace-record.ts';
import type { LiveFeed } from '../../lib/operator/live-feed.ts';
import type { ProxyService } from '../../lib/proxy/proxy.ts';
import type { ServletLauncher } from '../../lib/servlet/launcher/launcher.ts';
import type { PortPool } from '../../lib/servlet/ports/ports.ts';
import type { ProcessRegistry } from '../../lib/servlet/process/registry.ts';
import type { Servlets } from '../../lib/servlet/servlets.ts';
import type {
  ArchivistMessage,
  ComparatorMessage,
  DeployerMessage,
  NotifierMessage,
  TrafficMirrorMessage,
} from '../messages.ts';

/** Everything that outlives a single actor, made once when the daemon starts. */
export interface Services {
  readonly settings: Settings;
  /** Of Vili itself, as in package.json. */
  readonly viliVersion: string;
  readonly startedAtMs: number;
  readonly layout: Layout;
  readonly journal: Journal;
  readonly system: ActorSystem;
  /** The way of each version, kept when the trace's ring has turned over. */
  readonly traceLog: TraceLog<TraceRecord>;
  readonly proxy: ProxyService;
  readonly mirror: Mirror;
  readonly ports: PortPool;
  /** Starts servlets. */
  readonly launcher: ServletLauncher;
  readonly registry: ProcessRegistry;
  readonly servlets: Servlets;
  readonly logFollowers: LogFollowers;
  readonly logOffsets: Map<string, LogOffset>;
  readonly history: History;
  /** The history as it happens, for those who watch. */
  readonly feed: LiveFeed;
  readonly environment: NodeJS.ProcessEnv;
  readonly now: () => number;
  readonly random: () => number;
  readonly addresses: Addresses;
  /** Aborted when Vili begins to stop. */
  readonly stopping: AbortSignal;
}

/** The actors at the top by what they do; a message to one that is not there is a dead letter. */
export interface Addresses {
  readonly notifier: Address<NotifierMessage>;
  readonly archivist: Address<ArchivistMessage>;
  readonly trafficMirror: Address<TrafficMirrorMessage>;
  readonly comparator: Address<ComparatorMessage>;
  readonly deployer: Address<DeployerMessage>;
}

/** They may be held and sent to before the actors are spawned. */
export function addressesIn(system: ActorSystem): Addresses {
  return {
    notifier: system.address('/vili/notifier'),
    archivist: system.address('/vili/archivist'),
    trafficMirror: system.address('/vili/traffic-mirror'),
    comparator: system.address('/vili/comparator'),
    deployer: system.address('/vili/deployer'),
  };
}
