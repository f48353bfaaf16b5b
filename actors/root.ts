import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { actorSpec, type ChildSpec } from '../lib/actor/index.ts';
import { archiveFinished } from '../lib/archive/archive-finished.ts';
import { restoreInChild } from '../lib/archive/process/restore-in-child.ts';
import { findUnfinished } from '../lib/archive/unfinished.ts';
import { removeLink } from '../lib/base/instance/links.ts';
import { surveyBase } from '../lib/base/instance/survey.ts';
import { compareVersions } from '../lib/base/names/version-order.ts';
import { recordedState } from '../lib/base/state/recorded-state.ts';
import { parseDeployment } from '../lib/deployment/parse.ts';
import type { Deployment } from '../lib/deployment/state.ts';
import { announcementOf } from '../lib/notify/announcement.ts';
import { channelsOf } from '../lib/notify/channels.ts';
import { CONTROL_LIMITS, createControlServer } from '../lib/operator/server/control-server.ts';
import { socketDoor } from '../lib/operator/server/door/socket-door.ts';
import { adminActor } from './admin-actor.ts';
import { adminDeps } from './deps/admin.ts';
import { comparatorDeps } from './deps/comparator.ts';
import { fleetSpecs } from './fleet/spec.ts';
import { dashActor } from './dash/dash-actor.ts';
import { dashDeps } from './dash/deps.ts';
import { controlHandlers } from './app/control.ts';
import { ofLatest } from './app/settings/live.ts';
import type { Services } from './app/services.ts';
import type { Upgrades } from './app/upgrade/upgrades.ts';
import { deploymentRules, isToldByFleet, promotionClosed } from './app/settings/rules.ts';
import { copyRulesOf, safeCopyRulesOf } from './app/settings/traffic.ts';
import { archivistActor } from './archivist-actor.ts';
import { comparatorActor } from './comparator-actor.ts';
import { type DeployerDeps, deployerActor } from './deployer-actor.ts';
import { diskJanitorActor } from './disk-janitor-actor.ts';
import { diskJanitorDeps } from './deps/disk-janitor.ts';
import { hangWatchActor } from './hang-watch-actor.ts';
import { userWatchActor } from './user-watch-actor.ts';
import { ingestorDeps } from './deps/ingestor.ts';
import { hangWatchDeps } from './deps/hang-watch.ts';
import { userWatchDeps } from './deps/user-watch.ts';
import { ingestorActor } from './ingestor-actor.ts';
import { metricsDeps } from './metrics/deps.ts';
import { metricsActor } from './metrics/metrics-actor.ts';
import { notifierActor } from './notifier-actor.ts';
import { operatorActor } from './operator-actor.ts';
import { reloaderActor } from './reloader-actor.ts';
import { spansDeps } from './spans/deps.ts';
import { spansActor } from './spans/span-actor.ts';
import { trafficMirrorActor } from './traffic-mirror-actor.ts';
import { versionSpec } from './version/specs.ts';

/**
 * How the actors of the table are restarted: for ever, with growing pauses. The proxy serves users meanwhile; to end
 * Vili because, say, its notifier cannot start would end them too.
 */
const TOP_RESTARTS = {
  max: Number.POSITIVE_INFINITY,
  backoff: { minMs: 50, maxMs: 30_000, factor: 2, jitter: 0.2 },
  quietMs: 60_000,
} as const;

/** Booting hashes and adopts what is in the base, which may take long on a slow disk. */
const DEPLOYER_HANDLER_TIMEOUT_MS = 60_000;
/** One message per batch of pairs, one per log batch: ample for all of them in a busy second. */
const BUSY_MAILBOX = { limit: 10_000, overflow: 'drop-new' } as const;
const NOTIFICATIONS_WAITING_MAX = 100;
const NOTIFICATION_RETRY_MS = 2000;

/**
 * THE supervision table. Actors start from top to bottom and stop from bottom to top; each is restarted by itself.
 * Below the deployer: version-NAME, its servlet-N, and that one's log-tailer (`version/specs.ts`).
 */
export async function rootTable(
  services: Services,
  upgrades: Upgrades,
  isTakeover: boolean,
): Promise<readonly ChildSpec<never>[]> {
  const { layout, journal, writes, addresses } = services;
  const { deployer } = addresses;
  const servletPids = () => [...services.registry.values()].map(({ process }) => process.pid);
  const copyRules = () => copyRulesOf(services.live.settings);
  const safeCopyRules = () => safeCopyRulesOf(services.live.settings);
  const { identifier, socket: socketPath } = layout;
  const handlers = controlHandlers(services, upgrades);
  const admin = adminDeps(services, handlers);
  const dash = dashDeps(services, handlers);
  const fleet = await fleetSpecs(services, handlers);
  const spans = spansDeps(services);
  return [
    actorSpec({
      name: 'notifier',
      behaviour: () =>
        notifierActor({
          channels: ofLatest(services.live, channelsOf),
          announce: (message) =>
            isToldByFleet(services.settings, message.event)
              ? null
              : announcementOf(message, {
                  host: hostname(),
                  identifier,
                  nowMs: services.wallNow(),
                  id: randomUUID(),
                }),
          waitingMax: NOTIFICATIONS_WAITING_MAX,
          retryMs: NOTIFICATION_RETRY_MS,
          random: services.random,
          journal,
        }),
    }),
    actorSpec({
      name: 'metrics',
      mailbox: BUSY_MAILBOX,
      behaviour: () => metricsActor(metricsDeps(services)),
    }),
    actorSpec({
      name: 'archivist',
      behaviour: () =>
        archivistActor({
          cleanUp: () => findUnfinished(layout),
          archive: (name, mayDelete, signal) =>
            archiveFinished({ layout, name, mayDelete, signal }),
          writes,
          restore: (name, below, signal) => restoreInChild({ layout, name, below }, signal),
          deployer,
          journal,
        }),
    }),
    actorSpec({
      name: 'disk-janitor',
      behaviour: () => diskJanitorActor(diskJanitorDeps(services)),
    }),
    actorSpec({
      name: 'traffic-mirror',
      mailbox: BUSY_MAILBOX,
      behaviour: () =>
        trafficMirrorActor({
          ...services,
          ...addresses,
          copyRules,
          safeCopyRules,
          servletPids,
          hasPreview: services.settings.preview.token !== '',
        }),
    }),
    actorSpec({
      name: 'comparator',
      mailbox: BUSY_MAILBOX,
      behaviour: () => comparatorActor(comparatorDeps(services)),
    }),
    actorSpec({
      name: 'deployer',
      keepChildren: true,
      handlerTimeoutMs: DEPLOYER_HANDLER_TIMEOUT_MS,
      behaviour: () => deployerActor(deployerDeps(services, isTakeover)),
    }),
    actorSpec({
      name: 'hang-watch',
      behaviour: () => hangWatchActor(hangWatchDeps(services)),
    }),
    actorSpec({
      name: 'user-watch',
      mailbox: BUSY_MAILBOX,
      behaviour: () => userWatchActor(userWatchDeps(services)),
    }),
    actorSpec({
      name: 'ingestor',
      behaviour: () => ingestorActor(ingestorDeps(services)),
    }),
    actorSpec({
      name: 'reloader',
      behaviour: () =>
        reloaderActor({ settings: services.live, manager: services.manager, journal }),
    }),
    actorSpec({
      name: 'operator',
      behaviour: () =>
        operatorActor({
          createServer: (onProblem) =>
            createControlServer({
              ...CONTROL_LIMITS,
              door: socketDoor(socketPath),
              handlers,
              onProblem,
            }),
          journal,
        }),
    }),
    ...(spans === null ? [] : [actorSpec({ name: 'spans', behaviour: () => spansActor(spans) })]),
    ...fleet,
    ...(dash === null ? [] : [actorSpec({ name: 'dash', behaviour: () => dashActor(dash) })]),
    ...(admin === null ? [] : [actorSpec({ name: 'admin', behaviour: () => adminActor(admin) })]),
  ].map((spec) => ({ ...spec, restarts: TOP_RESTARTS }));
}

// Private

function deployerDeps(services: Services, isTakeover: boolean): DeployerDeps {
  const { settings, live, layout, journal, history, feed, writes, now, wallNow } = services;
  const { addresses } = services;
  const { identifier } = settings;
  const { load, save } = recordedState<Deployment>({
    file: layout.stateFile,
    history,
    parse: (data) => parseDeployment(data, identifier),
    journal,
  });
  return {
    ...addresses,
    versionSpec: (name) => versionSpec(services, name),
    boot: async () => {
      const saved = await load();
      if (saved?.running) {
        return { type: 'booted', saved, adopted: { running: null, testing: null }, files: [] };
      }
      const { faults, ...found } = await surveyBase(layout, settings.arrival);
      for (const fault of faults) journal.warn(`adopting the base: ${fault}`);
      return { type: 'booted', saved, ...found };
    },
    load,
    isTakeover,
    save: (state, recording) => writes.guard('the state', () => save(state, recording), 'crit'),
    rules: () => ({
      nowMs: now(),
      wallMs: wallNow(),
      ...deploymentRules(live.settings),
      promotionClosed: promotionClosed(live.settings, wallNow()),
      isInFleet: settings.fleet.endpoints.length > 0,
      compareVersions,
    }),
    appendHistory: (entry) => {
      feed.publish(entry);
      return writes.guard('the history', () => history.append(entry));
    },
    unlinkTest: async () => {
      await removeLink(layout.roleLink('testing'));
      await removeLink(layout.logsLink('testing'));
    },
    journal,
  };
}
