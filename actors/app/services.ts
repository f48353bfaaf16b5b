import type { Settings } from '../../config/settings.ts';
import type { ActorSystem, Address } from '../../lib/actor/index.ts';
import type { Layout } from '../../lib/base/names/layout.ts';
import type { History } from '../../lib/base/state/history.ts';
import type { Journal } from '../../lib/journal/journal.ts';
import type { TraceLog } from '../../lib/journal/trail.ts';
import type { LogOffset } from '../../lib/logs/follow/batch.ts';
import type { LogFollowers } from '../../lib/logs/follow/follower.ts';
import type { Mirror } from '../../lib/mirror/mirror.ts';
import type { TraceRecord } from '../../lib/model/trace-record.ts';
import type { LiveFeed } from '../../lib/operator/live-feed.ts';
import type { ProxyService } from '../../lib/proxy/proxy.ts';
import type { ServletLauncher } from '../../lib/servlet/launcher/launcher.ts';
import type { PortPool } from '../../lib/servlet/ports/ports.ts';
import type { ProcessRegistry } from '../../lib/servlet/process/registry.ts';
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

/** The actors at the top by what they are for; a message to one that is not there is buried. */
export interface Addresses {
  readonly notifier: Address<NotifierMessage>;
  readonly archivist: Address<ArchivistMessage>;
  readonly trafficMirror: Address<TrafficMirrorMessage>;
  readonly comparator: Address<ComparatorMessage>;
  readonly deployer: Address<DeployerMessage>;
}

/** Looks actors up when they are spoken to, since they are spawned one after the other. */
export function addressesIn(system: ActorSystem): Addresses {
  const at = <M>(name: string): Address<M> => {
    const path = `/vili/${name}`;
    return system.find(path) ?? { path, tell: () => false };
  };
  return {
    get notifier() {
      return at<NotifierMessage>('notifier');
    },
    get archivist() {
      return at<ArchivistMessage>('archivist');
    },
    get trafficMirror() {
      return at<TrafficMirrorMessage>('traffic-mirror');
    },
    get comparator() {
      return at<ComparatorMessage>('comparator');
    },
    get deployer() {
      return at<DeployerMessage>('deployer');
    },
  };
}
