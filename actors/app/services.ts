import type { UserFailure } from '../../lib/model/users/failure.ts';
import { userFailureText } from '../../lib/text/user-failure.ts';
import type { Settings } from '../../config/settings.ts';
import { type ActorEvent, ActorSystem } from '../../lib/actor/index.ts';
import { type Layout, layoutOf } from '../../lib/base/names/layout.ts';
import { type History, openHistory } from '../../lib/base/state/history.ts';
import { createEndpoints, type Endpoints } from '../../lib/compare/endpoint/endpoints.ts';
import { createMask } from '../../lib/compare/mask/mask.ts';
import { DiskGauge } from '../../lib/disk/gauge.ts';
import { WriteHealth } from '../../lib/disk/write-health.ts';
import type { Journal } from '../../lib/journal/journal.ts';
import { SpanFeed } from '../../lib/metrics/spans/feed.ts';
import { requireSpanPackages } from '../../lib/metrics/spans/packages.ts';
import { TraceLog } from '../../lib/journal/trace-log.ts';
import type { LogOffset } from '../../lib/logs/follow/batch.ts';
import { LogFollowers } from '../../lib/logs/follow/follower.ts';
import { createMirror, type Mirror } from '../../lib/mirror/mirror.ts';
import { BULK_TYPES, type TraceRecord } from '../../lib/model/trace-record.ts';
import { LiveFeed } from '../../lib/operator/live-feed.ts';
import type { ProxyService } from '../../lib/proxy/proxy.ts';
import { steadyNow, wallTimeOf } from '../../lib/runtime/clock.ts';
import type { ServiceManager } from '../../lib/runtime/systemd/service-manager.ts';
import { ServletLauncher } from '../../lib/servlet/launcher/launcher.ts';
import { PortPool } from '../../lib/servlet/ports/ports.ts';
import type { ProcessRegistry } from '../../lib/servlet/process/registry.ts';
import { Servlets } from '../../lib/servlet/servlets.ts';
import { servletTls } from '../../lib/servlet/trust.ts';
import { type Addresses, addressesIn } from '../messages.ts';
import { logActorEvent } from './actor-log.ts';
import type { LiveSettings } from './settings/live.ts';
import { createProxyService } from './proxy-service.ts';
import { mirrorSettings } from './settings/traffic.ts';
import type { Predecessor } from './upgrade/predecessor.ts';

export interface ServiceOptions {
  readonly live: LiveSettings;
  readonly viliVersion: string;
  readonly journal: Journal;
  readonly environment: NodeJS.ProcessEnv;
  /** Descriptor of the users' socket that was passed to Vili; null: it opens the port itself. */
  readonly inheritedFd: number | null;
  /** The Vili that this one takes over from; null when there is none. */
  readonly before: Predecessor | null;
  /** Is told of reloads; of the start and the end by its owner. */
  readonly manager: ServiceManager;
  /** An error that belongs to no actor: the process must end. */
  readonly onFatal: (error: unknown) => void;
}

/** Everything that outlives a single actor, made once when the daemon starts. */
export interface Services {
  /** As Vili was started with: for what a reload does not change. */
  readonly settings: Settings;
  /** What is in effect now. */
  readonly live: LiveSettings;
  /** Is told of reloads. */
  readonly manager: ServiceManager;
  /** Of Vili itself, as in package.json. */
  readonly viliVersion: string;
  readonly startedAtMs: number;
  readonly layout: Layout;
  readonly journal: Journal;
  readonly system: ActorSystem;
  /** The trace of each version, kept longer than the ring holds it. */
  readonly traceLog: TraceLog<TraceRecord>;
  readonly proxy: ProxyService;
  readonly mirror: Mirror;
  /** The one learner of endpoints, for what is copied and what is only observed. */
  readonly endpoints: Endpoints;
  /** Marks this Vili's copies; it must not be shown. */
  readonly mirrorToken: string;
  readonly ports: PortPool;
  /** Starts servlets. */
  readonly launcher: ServletLauncher;
  readonly registry: ProcessRegistry;
  readonly servlets: Servlets;
  readonly logFollowers: LogFollowers;
  readonly logOffsets: Map<string, LogOffset>;
  readonly history: History;
  /** Which of Vili's own files cannot be written. */
  readonly writes: WriteHealth;
  readonly disk: DiskGauge;
  /** The history as it happens, for observers. */
  readonly feed: LiveFeed;
  /** What goes to the collector of traces; null where `otlp.endpoint` is not set. */
  readonly spans: SpanFeed | null;
  readonly environment: NodeJS.ProcessEnv;
  /** For durations and evidence: steady, whatever happens to the clock of the host. */
  readonly now: () => number;
  /** For times that people are told. */
  readonly wallNow: () => number;
  readonly random: () => number;
  readonly addresses: Addresses;
  /** Aborted when Vili begins to stop. */
  readonly stopping: AbortSignal;
}

/** Makes all services; nothing listens, runs or is spawned yet. Throws as `createProxyService`, `servletTls`, `spanFeed`. */
export async function createServices(
  options: ServiceOptions,
  stopping: AbortSignal,
  /** That of the Vili before, if there is one. */
  token: string,
  onActorEvent: (event: ActorEvent) => void,
): Promise<Services> {
  const { live, manager, journal, environment, viliVersion, inheritedFd, before } = options;
  const { settings } = live;
  const tls = servletTls(settings);
  const spans = spanFeed(settings);
  const layout = layoutOf(settings.base, settings.identifier);
  const mask = createMask(settings.mask, true);
  const maskText = (text: string): string => mask.text(text);
  const now = steadyNow;
  const system = new ActorSystem({
    now,
    wallTimeOf,
    trace: { ...settings.trace, maskText },
    bulkTypes: BULK_TYPES,
    onEvent: (event) => {
      logActorEvent(journal, event, stopping.aborted);
      onActorEvent(event);
    },
    onFatal: options.onFatal,
  });
  system.attachProcessHandlers(process);
  const traceLog = await TraceLog.open<TraceRecord>({
    path: layout.traceFile,
    maxRecords: settings.trace.size,
    onProblem: (text) => journal.warn(text),
  });
  // What messages hold is shown to whoever captures it, and never written down; the text of a mark is a note.
  system.trace.follow(({ payload, ...record }) =>
    traceLog.add(record.type === 'mark' ? { ...record, ...(payload && { payload }) } : record),
  );
  const addresses = addressesIn(system);
  const forMirror = mirrorSettings(settings, token);
  const endpoints = createEndpoints(forMirror.compare);
  const mirror = createMirror(forMirror, {
    now,
    endpoints,
    settings: () => mirrorSettings(live.settings, token),
    onOutcomes: (batch) => addresses.trafficMirror.tell({ type: 'outcomes', batch }),
    onEvent: (event) => addresses.trafficMirror.tell({ type: 'mirror-event', event }),
    onSpans: (copies) => spans?.publish(copies),
  });
  const launcher = new ServletLauncher({
    now: Date.now,
    onProblem: (text) => journal.error(text),
    maskText,
  });
  const registry: ProcessRegistry = new Map();
  const proxy = await createProxyService(settings, { token, inheritedFd, before }, mirror, {
    now,
    onProblem: (text) => journal.warn(`users' port: ${text}`),
    onFailure: (failure) => logUserFailure(journal, failure, registry),
    onEvent: (event) => addresses.trafficMirror.tell({ type: 'cluster-event', event }),
  });
  const ports = new PortPool({ ...settings.portRange, host: '0.0.0.0' });
  const onProblem = (text: string): void => journal.warn(text);
  const parts = { layout, launcher, ports, registry, environment, tls };
  return {
    settings,
    live,
    manager,
    viliVersion,
    startedAtMs: now(),
    layout,
    journal,
    system,
    traceLog,
    proxy,
    mirror,
    endpoints,
    mirrorToken: token,
    ports,
    launcher,
    registry,
    servlets: new Servlets({ ...parts, settings: () => live.settings, onProblem }),
    logFollowers: new LogFollowers(),
    logOffsets: new Map(),
    history: openHistory(layout.historyFile, settings.history.maxEntries),
    writes: new WriteHealth({ journal, now: Date.now }),
    disk: new DiskGauge(settings.base),
    feed: new LiveFeed(),
    spans,
    environment,
    now,
    wallNow: Date.now,
    random: Math.random,
    addresses,
    stopping,
  };
}

// Private

/** @throws ViliError VILI_OTLP_PACKAGES where `otlp.endpoint` is set and its packages are missing. */
function spanFeed({ otlp }: Settings): SpanFeed | null {
  if (otlp.endpoint === '') return null;
  requireSpanPackages();
  return new SpanFeed();
}

/** Nobody else would notice: the service's own log knows nothing of what did not reach it. */
function logUserFailure(journal: Journal, failure: UserFailure, registry: ProcessRegistry): void {
  const { instance, cause, outcome, count, requestId } = failure;
  const pid = registry.get(instance)?.process.pid ?? null;
  const text = userFailureText(failure, pid);
  journal.warn(`users: ${text} (last request id ${requestId})`, {
    instance,
    cause,
    outcome,
    count,
    requestId,
  });
}
