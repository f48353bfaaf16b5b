import type { Address, ChildSpec } from '../../lib/actor/index.ts';
import type { Instance } from '../../lib/base/instance/instance.ts';
import type { Role } from '../../lib/model/role.ts';
import { processorsWithout } from '../../lib/runtime/processors.ts';
import { servletEnvironment } from '../../lib/servlet/environment.ts';
import { drainWarning } from '../../lib/servlet/health/drain-check.ts';
import { watchLiveness } from '../../lib/servlet/health/liveness.ts';
import { awaitReady } from '../../lib/servlet/health/readiness.ts';
import { launchCommand } from '../../lib/servlet/launch.ts';
import type { Servlet } from '../../lib/servlet/process/registry.ts';
import { servletTag } from '../../lib/servlet/process/tag.ts';
import type { Prepared } from '../../lib/servlet/slots.ts';
import type { Services } from '../app/services.ts';
import { logTailerActor } from '../log-tailer-actor.ts';
import type { LogTailerMessage, ServletMessage, VersionMessage } from '../messages.ts';
import { servletActor } from '../servlet-actor.ts';

/** Running competes for all there is. */
const FREE = { nice: 0, sparedProcessors: 0 };
const LOG_BATCH_MS = 250;
const LOG_MAX_BYTES_PER_BATCH = 4 * 1024 * 1024;
const LOG_MAX_LINE_BYTES = 64 * 1024;
const LOG_MAX_KINDS = 200;

/** One process of a version: started, watched and stopped as the settings say. */
export function servletSpec(
  services: Services,
  version: string,
  { instance, target }: Prepared,
  role: Role,
  parent: Address<VersionMessage>,
): ChildSpec<ServletMessage> {
  const { settings, registry, now, journal, addresses } = services;
  const probe = { host: target.host, port: target.port };
  return {
    name: `servlet-${instance.number}`,
    restart: 'transient',
    restarts: { max: Number.POSITIVE_INFINITY },
    behaviour: () =>
      servletActor({
        version,
        role,
        instance,
        target,
        registry,
        forget: () => {
          registry.delete(instance.id);
          services.logOffsets.delete(instance.id);
          services.ports.release(target.port);
        },
        parent,
        trafficMirror: addresses.trafficMirror,
        drainTimeoutMs: settings.drain.timeoutMs,
        spawnProcess: () => spawnProcess(services, instance, target.port, role),
        stopProcess: (process) => stopProcess(services, process),
        awaitReady: async (process, signal) => {
          const { path, timeoutMs, intervalMs, successes } = settings.readiness;
          const requestTimeoutMs = settings.liveness.timeoutMs;
          const { exited } = process;
          const limits = { timeoutMs, intervalMs, successes, requestTimeoutMs };
          return (await awaitReady({ ...probe, path, ...limits, signal, exited })).afterMs;
        },
        drainWarning: async (process) => {
          const leader = process.identity();
          return leader === null ? null : drainWarning(leader);
        },
        watchLiveness: (onUnhealthy, signal) => {
          const { path, intervalMs, failures, timeoutMs } = settings.liveness;
          const livePath = path ?? settings.readiness.path;
          // Without a path there is nothing to ask: any page may be slow and yet the service be fine.
          if (livePath === null) return;
          void watchLiveness({
            ...probe,
            path: livePath,
            requestTimeoutMs: timeoutMs,
            intervalMs,
            failures,
            signal,
            onUnhealthy: (it) => onUnhealthy(`no answer ${it.failures} times: ${it.text}`),
            onHealthy: () => {},
          });
        },
        logTailerSpec: () => logTailerSpec(services, version, instance, role),
        now,
        journal,
      }),
  };
}

/** Ends a servlet's whole family; resolves to what an operator must know, or null. */
export async function stopProcess(services: Services, process: Servlet): Promise<string | null> {
  const { signal, timeoutMs } = services.settings.stop;
  const { survivors, killed, tookMs } = await process.stop({ signal, timeoutMs });
  if (survivors.length > 0) {
    const pids = survivors.map((it) => it.pid).join(', ');
    return `${process.id} left processes that cannot be ended: ${pids}`;
  }
  return killed ? `${process.id} did not end on ${signal} and was killed after ${tookMs} ms` : null;
}

// Private

function spawnProcess(
  services: Services,
  instance: Instance,
  port: number,
  role: Role,
): Promise<Servlet> {
  const { settings, layout, launcher } = services;
  const { base, pidRecordFolder } = layout;
  const { portIdentifier, propertiesFileName, launch } = settings;
  const tag = servletTag({ base, id: instance.id });
  const command = launchCommand({
    extension: extensionOf(instance),
    serverFile: instance.serverFile,
    instanceFolder: instance.folder,
    port,
    base,
    portIdentifier,
    propertiesFileName,
    launch: Object.fromEntries(launch),
  });
  const environment = servletEnvironment({
    parent: services.environment,
    base,
    instanceId: instance.id,
    tag,
    port,
    role,
    passThrough: settings.passEnvironment,
  });
  const { nice, sparedProcessors } = role === 'testing' ? settings.testing : FREE;
  const processors = processorsWithout(sparedProcessors);
  const limits = { nice, processors, stopTimeoutMs: settings.stop.timeoutMs };
  return launcher.spawn({ command, instance, environment, pidRecordFolder, tag, port, ...limits });
}

/** The link in the instance folder is `IDENTIFIER.ext`. */
function extensionOf(instance: Instance): string {
  const name = instance.serverFile.slice(instance.folder.length + 1);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot) : '';
}

function logTailerSpec(
  services: Services,
  version: string,
  instance: Instance,
  role: Role,
): ChildSpec<LogTailerMessage> {
  const { settings, logOffsets: offsets, journal, addresses } = services;
  const { levelField, numbers } = settings.log;
  return {
    name: 'log-tailer',
    restarts: { max: Number.POSITIVE_INFINITY },
    behaviour: () =>
      logTailerActor({
        version,
        role,
        instance: instance.id,
        follow: (hooks) =>
          services.logFollowers.follow({
            path: instance.jsonLog,
            levelField,
            numbers,
            batchMs: LOG_BATCH_MS,
            maxBytesPerBatch: LOG_MAX_BYTES_PER_BATCH,
            maxLineBytes: LOG_MAX_LINE_BYTES,
            maxKinds: LOG_MAX_KINDS,
            mask: settings.mask,
            ...hooks,
          }),
        offsets,
        comparator: addresses.comparator,
        journal,
      }),
  };
}
