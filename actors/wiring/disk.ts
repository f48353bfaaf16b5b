import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { archiveInChild } from '../../lib/archive/process/archive-in-child.ts';
import { listArchives } from '../../lib/archive/retention.ts';
import { findUnfinished } from '../../lib/archive/unfinished.ts';
import { planCleanup } from '../../lib/disk/cleanup.ts';
import { copyAndTruncate, rotateLog } from '../../lib/disk/rotate.ts';
import { diskSpace } from '../../lib/disk/usage.ts';
import { percent } from '../../lib/text/numbers.ts';
import type { Services } from '../app/services.ts';
import type { ArchivistDeps } from '../archivist-actor.ts';
import type { CleanUp, DiskJanitorDeps } from '../disk-janitor-actor.ts';

/** Old parts of a servlet's output that are kept, compressed, beside the current one. */
const SERVLET_LOGS_KEPT = 2;
/** A service that writes as fast as it can fills a few hundred megabytes in this time. */
const CAP_INTERVAL_MS = 1000;

export function archivistDeps(services: Services): ArchivistDeps {
  const { layout, journal, addresses } = services;
  return {
    cleanUp: async () => {
      const { removed } = await findUnfinished(layout);
      return removed;
    },
    archive: async (name, mayDelete, signal) => {
      const outcome = await archiveInChild({ layout, name, mayDelete, signal });
      // What came of it is in the report, which is archived with the folder.
      if (outcome.kind !== 'protected') await rm(layout.evidenceFile(name), { force: true });
      switch (outcome.kind) {
        case 'archived':
          return `${name} is archived: ${outcome.entries} entries, ${outcome.bytes} bytes`;
        case 'absent':
          return `${name} has no folder any more`;
        case 'protected':
          throw new Error(outcome.reason);
      }
    },
    deployer: addresses.deployer,
    journal,
  };
}

export function diskJanitorDeps(services: Services): DiskJanitorDeps {
  const { settings, journal, addresses } = services;
  return {
    intervalMs: settings.disk.intervalMs,
    clean: () => clean(services),
    capIntervalMs: CAP_INTERVAL_MS,
    cap: () => capServletLogs(services),
    deployer: addresses.deployer,
    journal,
  };
}

// Private

async function clean(services: Services): Promise<CleanUp> {
  await rotateOwnLogs(services);
  const { settings, layout } = services;
  const { freeShare, totalBytes } = await diskSpace(layout.base);
  const { remove, isEnough } = planCleanup({
    archives: await listArchives(layout.archiveFolder),
    archiveMaxBytes: settings.archive.maxBytes,
    freeShare,
    minFree: settings.disk.minFree,
    diskBytes: totalBytes,
  });
  for (const { archive } of remove) await rm(archive.path, { force: true });
  const low = `the disk of ${layout.base} has ${percent(freeShare)} free, less than disk.min_free ${percent(settings.disk.minFree)}, and no archive is left to delete`;
  return {
    deleted: remove.map(({ archive }) => archive.name),
    warnings: isEnough ? [] : [low],
  };
}

async function rotateOwnLogs(services: Services): Promise<void> {
  const { now, journal, settings } = services;
  const { logDir: dir, log } = settings;
  if (dir === '') return;
  for (const file of [join(dir, 'vili.log'), join(dir, 'json', 'vili.log')]) {
    await rotateLog({ ...log, file, now, reopen: () => journal.reopen() });
  }
}

async function capServletLogs(services: Services): Promise<void> {
  const { maxBytes } = services.settings.servletLog;
  for (const { instance } of services.registry.values()) {
    for (const file of [instance.stdOut, instance.stdErr]) {
      await copyAndTruncate({ file, maxBytes, keep: SERVLET_LOGS_KEPT, now: services.now });
    }
  }
}
