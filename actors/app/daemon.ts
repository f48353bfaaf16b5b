import { mkdir } from 'node:fs/promises';
import { removeHalfWritten } from '../../lib/base/instance/half-written.ts';
import { type Layout, layoutOf } from '../../lib/base/names/layout.ts';
import { makePrivate } from '../../lib/base/state/private-folder.ts';
import { samplesFolder } from '../../lib/evaluation/samples/sample-store.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Journal } from '../../lib/journal/journal.ts';
import { acquireLock, inheritLock, type Lock } from '../../lib/servlet/lock.ts';
import { assertPtyAvailable } from '../../lib/servlet/process/pty.ts';
import { reapLeftovers } from '../../lib/servlet/process/reap.ts';
import { rootTable } from '../root.ts';
import { withHolder } from '../../lib/servlet/ports/taken-port.ts';
import { createServices, type ServiceOptions, type Services } from './services.ts';
import { mirrorToken } from './settings/traffic.ts';
import { askTraffic } from './questions.ts';
import { Startup } from './startup.ts';
import { adopt, endActors, endUnknown } from './upgrade/handover.ts';
import { LOCK_FD } from './upgrade/protocol.ts';
import { Upgrades } from './upgrade/upgrades.ts';

/** Actors only have to release what they hold; servlets are stopped afterwards, with a limit of their own. */
const ACTORS_STOP_MS = 10_000;

export interface DaemonOptions extends ServiceOptions {
  /** What this process was started with, for an upgrade. */
  readonly command: readonly string[];
}

export interface Daemon {
  readonly port: number;
  /** Reads the settings again; what came of it is in the log. */
  reload(by: string): void;
  /** Hands everything over to a new Vili; what came of it is in the log. */
  upgrade(by: string): void;
  /** Resolves when a new Vili has taken over and this one has nothing left to do. */
  readonly left: Promise<void>;
  /** Ends everything in order: no new requests, those in flight finish, then the servlets. */
  stop(): Promise<void>;
}

/**
 * Starts Vili on its base: the lock, leftovers of a killed Vili, the proxy, then the actors; or takes all of them over from
 * the Vili before. Throws ViliError when the base is in use or cannot be used; nothing is left running then, but for what the
 * Vili before goes on with.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { live, journal, before, viliVersion } = options;
  const { settings, warnings } = live;
  assertPtyAvailable();
  const layout = layoutOf(settings.base, settings.identifier);
  const { base, identifier } = layout;
  const handover = (await before?.take({ version: viliVersion, base, identifier })) ?? null;
  const lock =
    handover === null ? await acquireLock(layout.lockFile) : inheritLock(layout.lockFile, LOCK_FD);
  const stopping = new AbortController();
  const startup = new Startup();
  let services: Services | null = null;
  try {
    if (handover === null) await prepareBase(layout, journal);
    const token = handover?.mirrorToken ?? mirrorToken();
    const built = await createServices(options, stopping.signal, token, (event) =>
      startup.see(event),
    );
    services = built;
    const spawnAll = async (isTakeover: boolean): Promise<void> => {
      for (const spec of await rootTable(built, upgrades, isTakeover)) {
        await Promise.race([built.system.spawn(spec), startup.failed]);
      }
    };
    const resume = (): Promise<void> => resumeAll(built, () => spawnAll(true));
    const upgrades = new Upgrades({
      services: built,
      lock,
      before,
      command: options.command,
      resume,
      pid: process.pid,
    });
    if (handover === null) built.launcher.open();
    else await adopt(built, handover);
    const listen = (): Promise<{ port: number }> =>
      built.proxy.listen().catch(async (error: unknown) => {
        throw await withHolder(error, settings.port);
      });
    // A port that cannot be opened is reported before anything starts; one that is taken over is served by then.
    const opened = handover === null ? await listen() : null;
    await spawnAll(handover !== null);
    // The route is set: it was sent before this question.
    if (handover !== null) await askTraffic(built);
    const { port } = opened ?? (await listen());
    if (before !== null) {
      await before.serving();
      upgrades.confirm();
    }
    startup.done();
    if (before !== null) void settleIn(built, lock);
    for (const warning of warnings) journal.warn(warning);
    const isGiven = options.inheritedFd !== null || before !== null;
    if (isGiven && port !== settings.port) {
      journal.warn(
        `port=${settings.port} is not used: the socket that Vili was given is on ${port}`,
      );
    }
    journal.notice(`Vili ${viliVersion} listens on port ${port} for ${layout.base}`);
    const stop = async (): Promise<void> => {
      await upgrades.stop();
      if (upgrades.isLeaving) return upgrades.endLeft(live.settings.drain.timeoutMs);
      stopping.abort();
      await shutDown(built);
      await lock.release();
    };
    let stopped: Promise<void> | undefined;
    return {
      port,
      reload: (by) => built.addresses.reloader.tell({ type: 'reload', by }),
      upgrade: (by) => {
        upgrades.begin(by).catch((error: unknown) => journal.warn(messageOf(error)));
      },
      left: upgrades.left.then(() => putAway(built)),
      stop: () => (stopped ??= stop()),
    };
  } catch (error) {
    startup.done();
    // What was taken over goes back to the Vili before.
    if (services !== null) await (handover === null ? shutDown(services) : putAway(services));
    await lock.release();
    throw error;
  }
}

// Private

/** The way back to an ordinary Vili: every actor starts again, on the servlets that live. */
async function resumeAll(services: Services, spawnAll: () => Promise<void>): Promise<void> {
  await endActors(services);
  await spawnAll();
}

/** After a takeover: nobody waits for it. */
async function settleIn(services: Services, lock: Lock): Promise<void> {
  try {
    await lock.takeName();
    await endUnknown(services);
  } catch (error) {
    services.journal.warn(messageOf(error));
  }
}

/** Ends what is of this process alone; users, servlets and base are another Vili's. */
async function putAway({ system, mirror, logFollowers, traceLog }: Services): Promise<void> {
  await system.stop(ACTORS_STOP_MS);
  await mirror.close();
  await logFollowers.close();
  await traceLog.close();
}

async function prepareBase(layout: Layout, journal: Journal): Promise<void> {
  await reap(layout, journal);
  await makePrivate(layout.viliFolder);
  await mkdir(layout.evidenceFolder, { recursive: true, mode: 0o700 });
  for (const problem of await removeHalfWritten(layout, [samplesFolder('')])) {
    journal.warn(problem);
  }
}

async function reap({ base, pidRecordFolder }: Layout, journal: Journal): Promise<void> {
  const report = await reapLeftovers({ base, pidRecordFolder });
  for (const { pid, command, foundBy } of report.reaped) {
    journal.warn(`ended process ${pid} of an earlier Vili (${foundBy}): ${command}`);
  }
  for (const { pid, reason } of report.untouched) {
    journal.warn(`left process ${pid} alone: ${reason}`);
  }
  for (const { pid } of report.survivors) journal.error(`process ${pid} cannot be ended`);
}

/** Users first: their responses finish while the servlets still live. */
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
    live,
  } = services;
  await system.stop(ACTORS_STOP_MS);
  await proxy.close(live.settings.drain.timeoutMs);
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
