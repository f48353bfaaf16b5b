import { fingerprintOf } from '../../lib/base/arrival/fingerprint.ts';
import { newestComplete } from '../../lib/base/arrival/scan.ts';
import { adoptBase } from '../../lib/base/instance/adopt.ts';
import { removeLink } from '../../lib/base/instance/links.ts';
import type { ServerFile } from '../../lib/base/names/server-file.ts';
import { compareVersions } from '../../lib/base/names/version-order.ts';
import { readState, writeState } from '../../lib/base/state/state-file.ts';
import type { DeploymentEvent } from '../../lib/deployment/events.ts';
import { parseDeployment } from '../../lib/deployment/parse.ts';
import type { Deployment } from '../../lib/deployment/state.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Release } from '../../lib/model/release.ts';
import type { Services } from '../app/services.ts';
import type { DeployerDeps } from '../deployer-actor.ts';
import { versionSpec } from './versions.ts';

export function deployerDeps(services: Services): DeployerDeps {
  const { settings, layout, journal, history, feed, now, addresses } = services;
  return {
    trafficMirror: addresses.trafficMirror,
    comparator: addresses.comparator,
    archivist: addresses.archivist,
    notifier: addresses.notifier,
    versionSpec: (name) => versionSpec(services, name),
    boot: () => boot(services),
    load: () => load(services),
    save: (state, recording) => writeState(layout.stateFile, { ...state, recording }),
    rules: () => ({
      nowMs: now(),
      probationMs: settings.probationMs,
      testingCrashesMax: settings.restart.testingMax,
      compareVersions,
    }),
    appendHistory: (entry) => {
      feed.publish(entry);
      return history.append(entry);
    },
    unlinkTest: async () => {
      await removeLink(layout.testLink);
      await removeLink(layout.logsTestLink);
    },
    journal,
  };
}

/** Which build the file in the base is. Throws Node's error when it cannot be read. */
export async function identify(services: Services, file: ServerFile): Promise<Release> {
  const { layout } = services;
  const { fileName, name, version, extension } = file;
  const fingerprint = await fingerprintOf(layout.serverFile(file));
  return { fileName, name, version, extension, fingerprint };
}

// Private

/** Also adds to the history what a Vili that was killed had decided but not written there yet. */
async function load({ settings, layout, journal, history }: Services): Promise<Deployment | null> {
  const { state, problems } = await readState(layout.stateFile, (data) => {
    const { recording, ...deployment } = { recording: [], ...Object(data) };
    return { deployment: parseDeployment(deployment, settings.identifier), recording };
  });
  for (const problem of problems) journal.warn(problem, {});
  if (Array.isArray(state?.recording)) {
    await history.complete(state.recording).catch((error: unknown) => {
      journal.error(messageOf(error), {});
    });
  }
  return state?.deployment ?? null;
}

async function boot(services: Services): Promise<Extract<DeploymentEvent, { type: 'booted' }>> {
  const { layout, journal, settings } = services;
  const saved = await load(services);
  if (saved?.running) {
    return { type: 'booted', saved, adopted: { running: null, testing: null }, files: [] };
  }
  const { running, testing, faults } = await adoptBase(layout);
  for (const fault of faults) journal.warn(`adopting the base: ${fault}`, {});
  const newest = await newestComplete(layout.base, settings.identifier);
  return {
    type: 'booted',
    saved,
    adopted: {
      running: running && (await identifyAdopted(services, running)),
      testing: testing && (await identifyAdopted(services, testing)),
    },
    files: newest === null ? [] : [await identify(services, newest)],
  };
}

/** What ran before is the copy in the version folder; the file in the base may be another build. */
async function identifyAdopted(services: Services, file: ServerFile): Promise<Release> {
  const { fileName, name, version, extension } = file;
  try {
    const fingerprint = await fingerprintOf(services.layout.serverCopy(file));
    return { fileName, name, version, extension, fingerprint };
  } catch {
    return identify(services, file);
  }
}
