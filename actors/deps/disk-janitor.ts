import { join } from 'node:path';
import { listArchives } from '../../lib/archive/retention.ts';
import { ArchiveCleaner, type ShortDisk } from '../../lib/disk/clean.ts';
import { capOutputs } from '../../lib/disk/outputs.ts';
import { rotateLog } from '../../lib/disk/rotate.ts';
import { percent } from '../../lib/text/numbers.ts';
import type { DiskJanitorDeps } from '../disk-janitor-actor.ts';
import type { Services } from '../app/services.ts';

/** A service that writes as fast as it can fills a hundred megabytes in this time. */
const CAP_INTERVAL_MS = 250;
/** How often the free space is read, one call of the operating system. */
const LOOK_INTERVAL_MS = 1000;

/** What the disk janitor does, with the settings of this base. */
export function diskJanitorDeps(services: Services): DiskJanitorDeps {
  const { settings, live, layout, registry, journal, now, wallNow, addresses } = services;
  const { history, writes } = services;
  const { disk, logDir } = settings;
  const rotateOwnLogs = async (): Promise<void> => {
    if (logDir === '') return;
    const { log } = live.settings;
    for (const file of [join(logDir, 'vili.log'), join(logDir, 'json', 'vili.log')]) {
      await writes.guard("a rotation of Vili's log", () =>
        rotateLog({ ...log, file, now: wallNow, reopen: () => journal.reopen() }),
      );
    }
  };
  const cleaner = new ArchiveCleaner();
  return {
    intervalMs: disk.intervalMs,
    clean: async () => {
      const { base, identifier, archiveFolder } = layout;
      const archives = await listArchives(archiveFolder, identifier);
      const { archive, disk: limit } = live.settings;
      const limits = { archiveMaxBytes: archive.maxBytes, minFree: limit.minFree, now };
      const folders = [base, archiveFolder];
      const { deleted, short } = await cleaner.clean({ archives, folders, ...limits });
      // Afterwards: on a full disk, a rotation needs the room that was just made.
      await rotateOwnLogs().catch(() => undefined);
      await writes.guard('the history', () => history.retry()).catch(() => undefined);
      await services.disk.measureBase();
      const warnings = short.map((each) => lowDiskText(each, limit.minFree));
      return { deleted, warning: warnings.length > 0 ? warnings.join('; ') : null };
    },
    capIntervalMs: CAP_INTERVAL_MS,
    cap: () => {
      const instances = [...registry.values()].map(({ instance }) => instance);
      const { servletLog, disk: limit } = live.settings;
      const limits = { maxBytes: servletLog.maxBytes, minFree: limit.minFree, now: wallNow };
      return capOutputs(instances, limits, layout.base);
    },
    lookIntervalMs: LOOK_INTERVAL_MS,
    look: async () => {
      const { minFree } = live.settings.disk;
      const short = await services.disk.shortage(minFree);
      return short && shortDiskText(layout.base, short.freeShare, minFree);
    },
    deployer: addresses.deployer,
    journal,
  };
}

// Private

const LOW_DISK_CAUSES: Readonly<Record<ShortDisk['cause'], string>> = {
  'no-archive': 'and no archive is left to delete there',
  'too-small': 'and all archives there are not enough, so they are deleted only while it is full',
  'freed-nothing': 'and deleting an archive freed nothing there, so no other is deleted',
};

function lowDiskText({ folder, freeShare, cause }: ShortDisk, minFree: number): string {
  return `${shortDiskText(folder, freeShare, minFree)}, ${LOW_DISK_CAUSES[cause]}`;
}

function shortDiskText(folder: string, freeShare: number, minFree: number): string {
  const share = `the disk of ${folder} has ${percent(freeShare)} free`;
  return `${share}, less than disk.min_free ${percent(minFree)}`;
}
