import { mkdir } from 'node:fs/promises';
import { removeHalfWritten } from '../../lib/base/instance/half-written.ts';
import { type Layout, layoutOf } from '../../lib/base/names/layout.ts';
import { makePrivate } from '../../lib/base/state/private-folder.ts';
import { samplesFolder } from '../../lib/evaluation/test.ts';
import type { Journal } from '../../lib/journal/journal.ts';
import { acquireLock } from '../../lib/servlet/lock.ts';
import { assertPtyAvailable } from '../../lib/servlet/process/pty.ts';
import { reapLeftovers } from '../../lib/servlet/process/reap.ts';
import { rootTable } from '../root.ts';
import { withHolder } from '../../lib/servlet/ports/taken-port.ts';
import { createServices, type ServiceOptions, type Services } from './services.ts';
import { Startup } from './startup.ts';

/** Actors only have to release what they hold; servlets are stopped afterwards, with a limit of their own. */
const ACTORS_STOP_MS = 10_000;

export type DaemonOptions = ServiceOptions;

export interface Daemon {
  readonly port: number;
  /** Reads the settings again; what came of it is in the log. */
  reload(by: string): void;
  /** Ends everything in order: no new requests, those in flight finish, then the servlets. */
  stop(): Promise<void>;
}

/**
 * Starts Vili on its base: the lock, leftovers of a killed Vili, the proxy, then the actors.
 * Throws ViliError when the base is in use or cannot be used; nothing is left running then.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { live, journal } = options;
  const { settings, warnings } = live;
  assertPtyAvailable();
  const layout = layoutOf(settings.base, settings.identifier);
  const lock = await acquireLock(layout.lockFile);
  const stopping = new AbortController();
  const startup = new Startup();
  let services: Services | null = null;
  try {
    await reap(layout, journal);
    await makePrivate(layout.viliFolder);
    await mkdir(layout.evidenceFolder, { recursive: true, mode: 0o700 });
    for (const problem of await removeHalfWritten(layout, [samplesFolder('')])) {
      journal.warn(problem);
    }
    const built = await createServices(options, stopping.signal, (event) => startup.see(event));
    services = built;
    built.launcher.open();
    const { port } = await built.proxy.listen().catch(async (error: unknown) => {
      throw await withHolder(error, settings.port);
    });
    for (const spec of rootTable(built)) {
      await Promise.race([built.system.spawn(spec), startup.failed]);
    }
    startup.done();
    for (const warning of warnings) journal.warn(warning);
    if (options.inheritedFd !== null && port !== settings.port) {
      journal.warn(
        `port=${settings.port} is not used: the socket that Vili was given is on ${port}`,
      );
    }
    journal.notice(`Vili ${options.viliVersion} listens on port ${port} for ${layout.base}`);
    const stop = async (): Promise<void> => {
      stopping.abort();
      await shutDown(built);
      await lock.release();
    };
    let stopped: Promise<void> | undefined;
    const reload = (by: string): void => {
      built.addresses.reloader.tell({ type: 'reload', by });
    };
    return { port, reload, stop: () => (stopped ??= stop()) };
  } catch (error) {
    startup.done();
    if (services !== null) await shutDown(services);
    await lock.release();
    throw error;
  }
}

// Private

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
