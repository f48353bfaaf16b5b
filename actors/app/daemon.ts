import { mkdir } from 'node:fs/promises';
import type { Settings } from '../../config/settings.ts';
import { type ActorEvent, ActorSystem } from '../../lib/actor/index.ts';
import { listVersionFolders } from '../../lib/base/arrival/scan.ts';
import { type Layout, layoutOf } from '../../lib/base/names/layout.ts';
import { removeTempFiles } from '../../lib/base/state/atomic-file.ts';
import { openHistory } from '../../lib/base/state/history.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Journal } from '../../lib/journal/journal.ts';
import { TraceLog } from '../../lib/journal/trace-log.ts';
import { LogFollowers } from '../../lib/logs/follow/follower.ts';
import { createMirror } from '../../lib/mirror/mirror.ts';
import type { TraceRecord } from '../../lib/model/trace-record.ts';
import { LiveFeed } from '../../lib/operator/live-feed.ts';
import { ServletLauncher } from '../../lib/servlet/launcher/launcher.ts';
import { acquireLock } from '../../lib/servlet/lock.ts';
import { PortPool } from '../../lib/servlet/ports/ports.ts';
import { assertPtyAvailable } from '../../lib/servlet/process/pty.ts';
import { reapLeftovers } from '../../lib/servlet/process/reap.ts';
import type { ProcessRegistry } from '../../lib/servlet/process/registry.ts';
import { Servlets } from '../../lib/servlet/servlets.ts';
import { rootTable } from '../root.ts';
import { mirrorSettings, mirrorToken } from '../wiring/traffic.ts';
import { usersPort } from '../wiring/users-port.ts';
import { addressesIn, type Services } from './services.ts';
import { Startup } from './startup.ts';

/** Batches and clock ticks: in the trace, but no part of any version's way. */
const BULK_TYPES = new Set([
  'outcomes',
  'observed',
  'batch',
  'log',
  'tick',
  'cap',
  'capped',
  'saved',
]);
/** An actor that fails so often in a row will hardly mend itself: somebody should look. */
const FAILURES_SERIOUS = 5;
/** Actors only have to put down what they hold; servlets are stopped afterwards, with their own limit. */
const ACTORS_STOP_MS = 10_000;
/** Asking for it costs more than the clock itself. */
const STARTED_AT_MS = performance.timeOrigin;

export interface DaemonOptions {
  readonly settings: Settings;
  readonly warnings: readonly string[];
  readonly viliVersion: string;
  readonly journal: Journal;
  readonly environment: NodeJS.ProcessEnv;
  /** An error that no actor can answer for: the process must end. */
  readonly onFatal: (error: unknown) => void;
}

export interface Daemon {
  readonly port: number;
  /** Ends everything in order: no new requests, those in flight finish, then the servlets. */
  stop(): Promise<void>;
}

/**
 * Starts Vili on its base: lock, leftovers of a killed Vili, the users' port, then the actors.
 * Throws ViliError when the base is in use or cannot be used; nothing is left running then.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { settings, journal } = options;
  assertPtyAvailable();
  const layout = layoutOf(settings.base, settings.identifier);
  const lock = await acquireLock(layout.lockFile);
  const stopping = new AbortController();
  const startup = new Startup();
  let services: Services | null = null;
  try {
    await reap(layout, journal);
    await mkdir(layout.evidenceFolder, { recursive: true, mode: 0o700 });
    await clearAside(layout, journal);
    const built = await build(options, stopping.signal, startup);
    services = built;
    built.launcher.open();
    const { port } = await built.proxy.listen();
    for (const spec of rootTable(built)) {
      await Promise.race([built.system.spawn(spec), startup.failed]);
    }
    startup.done();
    for (const warning of options.warnings) journal.warn(warning);
    journal.notice(`Vili ${options.viliVersion} listens on port ${port} for ${layout.base}`);
    const stop = async (): Promise<void> => {
      stopping.abort();
      await shutDown(built);
      await lock.release();
    };
    let stopped: Promise<void> | undefined;
    return { port, stop: () => (stopped ??= stop()) };
  } catch (error) {
    startup.done();
    if (services !== null) await shutDown(services);
    await lock.release();
    throw error;
  }
}

// Private

async function build(
  options: DaemonOptions,
  stopping: AbortSignal,
  startup: Startup,
): Promise<Services> {
  const { settings, journal, environment, viliVersion } = options;
  const layout = layoutOf(settings.base, settings.identifier);
  const system = new ActorSystem({
    now,
    trace: settings.trace,
    bulkTypes: BULK_TYPES,
    onEvent: (event) => {
      tell(journal, event);
      startup.see(event);
    },
    onFatal: options.onFatal,
  });
  system.attachProcessHandlers(process);
  const traceLog = await TraceLog.open<TraceRecord>({
    path: layout.traceFile,
    maxRecords: settings.trace.size,
    onProblem: (text) => journal.warn(text),
  });
  system.trace.follow((record) => traceLog.add(record));
  const addresses = addressesIn(system);
  const token = mirrorToken();
  const mirror = createMirror(mirrorSettings(settings, token), {
    now,
    onOutcomes: (batch) => addresses.trafficMirror.tell({ type: 'outcomes', batch }),
    onEvent: (event) => addresses.trafficMirror.tell({ type: 'mirror-event', event }),
  });
  const launcher = new ServletLauncher({ now, onProblem: (text) => journal.error(text) });
  const proxy = await usersPort(settings, token, mirror, {
    now,
    onProblem: (text) => journal.warn(`users' port: ${text}`),
    onEvent: (event) => addresses.trafficMirror.tell({ type: 'cluster-event', event }),
  });
  const ports = new PortPool({ ...settings.portRange, host: '0.0.0.0' });
  const registry: ProcessRegistry = new Map();
  const servlets = new Servlets({
    settings,
    layout,
    launcher,
    ports,
    registry,
    environment,
    onProblem: (text) => journal.warn(text),
  });
  return {
    settings,
    viliVersion,
    startedAtMs: now(),
    layout,
    journal,
    system,
    traceLog,
    proxy,
    mirror,
    ports,
    launcher,
    registry,
    servlets,
    logFollowers: new LogFollowers(),
    logOffsets: new Map(),
    history: openHistory(layout.historyFile, settings.history.maxEntries),
    feed: new LiveFeed(),
    environment,
    now,
    random: Math.random,
    addresses,
    stopping,
  };
}

/** Wall clock with fractions that never goes back while Vili runs. */
function now(): number {
  return STARTED_AT_MS + performance.now();
}

/** What a killed Vili left half-written; one that cannot be removed is no reason not to serve. */
async function clearAside(layout: Layout, journal: Journal): Promise<void> {
  const { base, viliFolder, evidenceFolder, identifier } = layout;
  const versions = await listVersionFolders(base, identifier);
  for (const folder of [base, viliFolder, evidenceFolder, ...versions.map((it) => it.folder)]) {
    await removeTempFiles(folder).catch((error: unknown) => journal.warn(messageOf(error)));
  }
}

async function reap({ base, pidRecordFolder }: Layout, journal: Journal): Promise<void> {
  const report = await reapLeftovers({ base, pidRecordFolder });
  for (const { pid, command, foundBy } of report.reaped) {
    journal.warn(`ended process ${pid} of an earlier Vili (${foundBy}): ${command}`);
  }
  for (const { pid, reason } of report.untouched)
    journal.warn(`left process ${pid} alone: ${reason}`);
  for (const { pid } of report.survivors) journal.error(`process ${pid} cannot be ended`);
}

/** Users first: their answers finish while the servlets still live. */
async function shutDown(services: Services): Promise<void> {
  const {
    system,
    traceLog,
    proxy,
    mirror,
    logFollowers,
    launcher,
    registry,
    servlets,
    journal,
    settings,
  } = services;
  await system.stop(ACTORS_STOP_MS);
  await proxy.close(settings.drain.timeoutMs);
  await mirror.close();
  await logFollowers.close();
  await traceLog.close();
  const problems = await Promise.all(
    [...registry.values()].map(({ process }) => servlets.stop(process)),
  );
  for (const problem of problems) if (problem !== null) journal.warn(problem);
  await launcher.close();
  journal.notice('Vili has stopped');
}

function tell(journal: Journal, event: ActorEvent): void {
  switch (event.type) {
    case 'crashed':
    case 'stray-error':
    case 'stop-failed':
    case 'late':
      journal.error(`actor ${event.path}: ${event.type}: ${messageOf(event.error)}`, {
        error: event.error,
      });
      return;
    case 'gave-up':
      journal.crit(`actor ${event.path} gave up: ${messageOf(event.error)}`);
      return;
    case 'backoff': {
      const level = event.failures < FAILURES_SERIOUS ? 'info' : 'crit';
      const text = `actor ${event.path} failed ${event.failures} times in a row`;
      journal[level](`${text}, starts again in ${Math.round(event.delayMs)} ms`);
      return;
    }
    case 'restarted':
      journal.info(`actor ${event.path} has restarted`);
      return;
    case 'hung':
      journal.error(
        `actor ${event.path} handles ${event.messageType} for over ${event.limitMs} ms`,
      );
      return;
    case 'abandoned':
      journal.error(`actor ${event.path} was abandoned: ${event.what}`);
      return;
    case 'dead-letter':
      journal.warn(`message ${event.messageType} to ${event.path} was lost: ${event.reason}`);
      return;
    case 'dead-letters':
      journal.warn(`${event.count} more messages to ${event.path} were lost`);
  }
}
