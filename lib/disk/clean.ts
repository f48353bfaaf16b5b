import { rm } from 'node:fs/promises';
import { copyAndTruncate } from './rotate.ts';
import { diskSpace } from './usage.ts';

/** How many old parts of a servlet's output are kept, compressed, beside the current file. */
const OUTPUTS_KEPT = 2;

/** The facts about an archive that a cleanup needs; `lib/archive` lists the archives. */
export interface CleanupArchive {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since 1970; the oldest is removed first. */
  readonly writtenMs: number;
}

export interface CleanOptions {
  readonly archives: readonly CleanupArchive[];
  /** A folder on the file system that is to have free space. */
  readonly folder: string;
  /** `archive.max_size`: limit for all archives together. */
  readonly archiveMaxBytes: number;
  /** `disk.min_free`, share of the file system, 0 to 1. */
  readonly minFree: number;
}

export interface CleanupPlan {
  /** Oldest first. */
  readonly remove: readonly {
    readonly archive: CleanupArchive;
    readonly reason: 'archive-size' | 'disk-free';
  }[];
  /** False when the disk remains too full even without these: a person must be notified. */
  readonly isEnough: boolean;
}

export interface Cleaned {
  /** Names of the versions whose archive was deleted. */
  readonly deleted: readonly string[];
  /** Free share of the file system before the cleanup, 0 to 1. */
  readonly freeShare: number;
  /** False when the disk remains too full: no archive is left to delete. */
  readonly isEnough: boolean;
}

/** Deletes the oldest archives until the rest and the file system are within their limits. */
export async function cleanArchives(options: CleanOptions): Promise<Cleaned> {
  const { freeShare, totalBytes: diskBytes } = await diskSpace(options.folder);
  const { remove, isEnough } = planCleanup({ ...options, freeShare, diskBytes });
  for (const { archive } of remove) await rm(archive.path, { force: true });
  return { deleted: remove.map(({ archive }) => archive.name), freeShare, isEnough };
}

/** Truncates the output files of servlets that have grown beyond `maxBytes`. Throws Node's errors. */
export async function capOutputs(
  instances: Iterable<{ readonly stdOut: string; readonly stdErr: string }>,
  maxBytes: number,
  now: () => number,
): Promise<void> {
  for (const { stdOut, stdErr } of instances) {
    for (const file of [stdOut, stdErr]) {
      await copyAndTruncate({ file, maxBytes, keep: OUTPUTS_KEPT, now });
    }
  }
}

/**
 * Plans which archives to remove: the oldest, until the rest fits `archiveMaxBytes` and the file system
 * has `minFree`. Without `diskBytes`, the number of archives that would free enough space is unknown: the
 * plan removes one, and the next round measures again. Version folders are never part of a plan.
 */
export function planCleanup(
  situation: Omit<CleanOptions, 'folder'> & {
    /** Free share of the file system, 0 to 1. */
    readonly freeShare: number;
    /** Size of the file system. */
    readonly diskBytes?: number;
  },
): CleanupPlan {
  const { archiveMaxBytes, minFree, diskBytes } = situation;
  const remove: { archive: CleanupArchive; reason: 'archive-size' | 'disk-free' }[] = [];
  let total = situation.archives.reduce((sum, archive) => sum + archive.bytes, 0);
  let share = situation.freeShare;
  let isMeasured = true;
  for (const archive of [...situation.archives].sort(byAge)) {
    const isOver = total > archiveMaxBytes;
    if (!isOver && (share >= minFree || !isMeasured)) break;
    remove.push({ archive, reason: isOver ? 'archive-size' : 'disk-free' });
    total -= archive.bytes;
    if (diskBytes === undefined) isMeasured = false;
    else share += archive.bytes / diskBytes;
  }
  return { remove, isEnough: share >= minFree || !isMeasured };
}

// Private

function byAge(a: CleanupArchive, b: CleanupArchive): number {
  return a.writtenMs - b.writtenMs || (a.name < b.name ? -1 : 1);
}
