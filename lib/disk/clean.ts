import { rm } from 'node:fs/promises';
import { codeOf } from '../errors.ts';
import { type CleanupArchive, planCleanup, type Removal } from './plan.ts';
import { type DiskSpace, diskSpace } from './usage.ts';

/** After a deletion that freed nothing (a snapshot keeps the file), none is tried on that disk for so long. */
const FRUITLESS_PAUSE_MS = 3_600_000;
/** A deletion counts when it frees this share of what it should; others write meanwhile. */
const FREED_SHARE_MIN = 0.1;

export interface CleanOptions {
  readonly archives: readonly CleanupArchive[];
  /** Folders whose file systems are to have free space; absent ones are skipped. */
  readonly folders: readonly string[];
  /** `archive.max_size`: limit for all archives together. */
  readonly archiveMaxBytes: number;
  /** `disk.min_free`, share of each file system, 0 to 1. */
  readonly minFree: number;
  readonly now: () => number;
}

/** A file system that remains too full. */
export interface ShortDisk {
  readonly folder: string;
  /** Free share before the cleanup, 0 to 1. */
  readonly freeShare: number;
  /** Why no archive is deleted for it: there is none on it, all together are too small, or one freed nothing. */
  readonly cause: 'no-archive' | 'too-small' | 'freed-nothing';
}

export interface Cleaned {
  /** Names of the versions whose archive was deleted. */
  readonly deleted: readonly string[];
  readonly short: readonly ShortDisk[];
}

/** Deletes the oldest archives until the rest and the file systems are within their limits. */
export class ArchiveCleaner {
  readonly #fruitlessAtMs = new Map<number, number>();

  /** Space is measured where it is freed, before and after each deletion. Throws Node's errors. */
  async clean(options: CleanOptions): Promise<Cleaned> {
    const { archives, archiveMaxBytes, minFree } = options;
    const deleted: string[] = [];
    const short: ShortDisk[] = [];
    const limits = { archives, archiveMaxBytes, minFree, disk: null };
    for (const removal of planCleanup(limits).remove) deleted.push(await remove(removal));
    for (const [folder, disk] of await disksOf(options.folders)) {
      const left = archives.filter(({ name }) => !deleted.includes(name));
      const cause = await this.#freeSpace({ ...options, archives: left }, folder, disk, deleted);
      if (cause !== null) short.push({ folder, freeShare: disk.freeShare, cause });
    }
    return { deleted, short };
  }

  /** Null when the file system has, or gets, enough space. */
  async #freeSpace(
    options: CleanOptions,
    folder: string,
    disk: DiskSpace,
    deleted: string[],
  ): Promise<ShortDisk['cause'] | null> {
    const { remove: planned, cause } = planCleanup({ ...options, disk });
    for (const removal of planned) {
      const nowMs = options.now();
      const fruitlessAtMs = this.#fruitlessAtMs.get(disk.device) ?? Number.NEGATIVE_INFINITY;
      if (nowMs - fruitlessAtMs < FRUITLESS_PAUSE_MS) return 'freed-nothing';
      const before = await diskSpace(folder);
      if (before.freeShare >= options.minFree) return null;
      deleted.push(await remove(removal));
      const freedBytes = (await diskSpace(folder)).freeBytes - before.freeBytes;
      if (freedBytes < removal.archive.freesBytes * FREED_SHARE_MIN) {
        this.#fruitlessAtMs.set(disk.device, nowMs);
      }
    }
    return cause;
  }
}

// Private

async function remove({ archive }: Removal): Promise<string> {
  await rm(archive.path, { force: true });
  return archive.name;
}

/** One for each file system, under the first folder that is on it. */
async function disksOf(folders: readonly string[]): Promise<ReadonlyMap<string, DiskSpace>> {
  const disks = new Map<string, DiskSpace>();
  for (const folder of folders) {
    const disk = await diskSpace(folder).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    });
    if (disk === null || [...disks.values()].some(({ device }) => device === disk.device)) continue;
    disks.set(folder, disk);
  }
  return disks;
}
