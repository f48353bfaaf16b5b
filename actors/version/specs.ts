import type { Address, ChildSpec } from '../../lib/actor/index.ts';
import { stageRelease } from '../../lib/base/arrival/stage.ts';
import { linkInstance } from '../../lib/base/instance/instance.ts';
import { exists } from '../../lib/base/names/paths.ts';
import { requireRoom } from '../../lib/disk/room.ts';
import { FOLLOW_LIMITS, logPaths } from '../../lib/logs/follow/protocol.ts';
import type { Role } from '../../lib/model/role.ts';
import { nextDelayMs } from '../../lib/servlet/health/backoff.ts';
import { entriesOf } from '../../lib/servlet/process/registry.ts';
import type { Prepared } from '../../lib/servlet/slot-events.ts';
import type { Services } from '../app/services.ts';
import type { LogTailerMessage, ServletMessage, VersionMessage } from '../messages.ts';
import { logTailerActor } from './log-tailer-actor.ts';
import { servletActor } from './servlet-actor.ts';
import { versionActor } from './version-actor.ts';

/** Staging a large file and starting a servlet take their time within one message. */
const VERSION_HANDLER_TIMEOUT_MS = 60_000;
/** The actors below the deployer are restarted for ever: the servlets serve users meanwhile. */
const RESTARTS = { max: Number.POSITIVE_INFINITY };

/** `version-NAME`, a child of the deployer. */
export function versionSpec(services: Services, name: string): ChildSpec<VersionMessage> {
  const { settings, live, layout, servlets, ports, registry, random, now, journal } = services;
  return {
    name: `version-${name}`,
    restart: 'transient',
    keepChildren: true,
    restarts: RESTARTS,
    handlerTimeoutMs: VERSION_HANDLER_TIMEOUT_MS,
    behaviour: () =>
      versionActor({
        name,
        deployer: services.addresses.deployer,
        stage: async (release) => {
          const copy = layout.serverCopy(release);
          if (!(await exists(copy))) {
            await requireRoom(
              layout.serverFile(release),
              layout.base,
              services.live.settings.disk.minFree,
            );
          }
          return stageRelease(layout, release);
        },
        prepareInstance: (release, role, instanceRole) =>
          servlets.prepare(release, role, instanceRole),
        tellRole: (instance, instanceRole) => servlets.tellRole(instance, instanceRole),
        releasePort: (port) => ports.release(port),
        linkInstance: (role, instance) => linkInstance(layout, role, instance),
        servletSpec: (prepared, role, parent) =>
          servletSpec(services, name, prepared, role, parent),
        alive: () => entriesOf(registry, name),
        backoff: (consecutive) => {
          const { backoffMinMs: minMs, backoffMaxMs: maxMs } = live.settings.restart;
          return nextDelayMs({ consecutive, minMs, maxMs, random });
        },
        resetAfterMs: settings.restart.resetAfterMs,
        now,
        journal,
      }),
  };
}

// Private

/** `servlet-N`, a child of its version. */
function servletSpec(
  services: Services,
  version: string,
  { instance, target }: Prepared,
  role: Role,
  parent: Address<VersionMessage>,
): ChildSpec<ServletMessage> {
  const { live, servlets, registry, logOffsets, ports, wallNow, journal } = services;
  const drainTimeoutMs = live.settings.drain.timeoutMs;
  return {
    name: `servlet-${instance.number}`,
    restart: 'transient',
    restarts: RESTARTS,
    behaviour: () =>
      servletActor({
        version,
        role,
        instance,
        target,
        parent,
        registry,
        trafficMirror: services.addresses.trafficMirror,
        drainTimeoutMs,
        spawnProcess: () => servlets.spawn(instance, target.port, role),
        stopProcess: (process) => servlets.stop(process),
        awaitReady: (process, signal) => servlets.awaitReady(process, target, signal),
        drainWarning: (process) => servlets.drainWarning(process),
        watchLiveness: (onUnhealthy, signal) => servlets.watchLiveness(target, onUnhealthy, signal),
        forget: () => {
          registry.delete(instance.id);
          logOffsets.delete(instance.id);
          ports.release(target.port);
        },
        logTailerSpec: () => logTailerSpec(services, version, instance, role),
        now: wallNow,
        journal,
      }),
  };
}

/** `log-tailer`, a child of its servlet. */
function logTailerSpec(
  services: Services,
  version: string,
  instance: Prepared['instance'],
  role: Role,
): ChildSpec<LogTailerMessage> {
  const { settings, logFollowers, logOffsets, journal } = services;
  const { mask, log, logs } = settings;
  const { levelField, numbers } = log;
  const { id } = instance;
  return {
    name: 'log-tailer',
    restarts: RESTARTS,
    behaviour: () =>
      logTailerActor({
        version,
        role,
        instance: id,
        follow: (hooks) =>
          logFollowers.follow({
            ...logPaths(instance, logs.source),
            levelField,
            numbers,
            mask,
            token: services.mirrorToken,
            ...FOLLOW_LIMITS,
            ...hooks,
          }),
        offsets: logOffsets,
        comparator: services.addresses.comparator,
        journal,
      }),
  };
}
