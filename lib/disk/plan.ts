import type { DiskSpace } from './usage.ts';

/** With less than this share of `disk.min_free`, a disk is full in effect: writes fail, and so do servlets. */
export const BRIM_SHARE = 0.1;

/** The facts about an archive that a cleanup needs; `lib/archive` lists the archives. */
export interface CleanupArchive {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since 1970; the oldest is removed first. */
  readonly writtenMs: number;
  /** The file system that has the file, and what deleting the file frees there. */
  readonly device: number;
  readonly freesBytes: number;
}

export interface Removal {
  readonly archive: CleanupArchive;
  readonly reason: 'archive-size' | 'disk-free';
}

export interface CleanupPlan {
  /** Oldest first. */
  readonly remove: readonly Removal[];
  /** Why the disk remains too full, or null: a person must be notified. */
  readonly cause: 'no-archive' | 'too-small' | null;
}

export interface CleanupSituation {
  readonly archives: readonly CleanupArchive[];
  readonly archiveMaxBytes: number;
  readonly minFree: number;
  /** The file system that is to have `minFree`; null: only the size of all archives counts. */
  readonly disk: DiskSpace | null;
}

/**
 * Plans which archives to remove: the oldest, until the rest fits `archiveMaxBytes`; then the oldest of those
 * whose deletion frees space on `disk`, until it has `minFree`. When they are not enough, none is removed: an archive
 * that is gone without effect is lost for nothing. Only a disk that is full to the brim gets what there is, until
 * writes succeed again. Version folders are never part of a plan.
 */
export function planCleanup(situation: CleanupSituation): CleanupPlan {
  const { archiveMaxBytes, minFree, disk } = situation;
  const archives = [...situation.archives].sort(byAge);
  const remove = overSize(archives, archiveMaxBytes);
  if (disk === null) return { remove, cause: null };
  const gone = new Set(remove.map(({ archive }) => archive));
  const freed = (some: Iterable<CleanupArchive>): number =>
    [...some].reduce((sum, it) => sum + (it.device === disk.device ? it.freesBytes : 0), 0);
  const lackOf = (share: number): number =>
    Math.floor(share * disk.totalBytes) - disk.freeBytes - freed(gone);
  let lackBytes = lackOf(minFree);
  if (lackBytes <= 0) return { remove, cause: null };
  const candidates = archives.filter((it) => !gone.has(it) && freed([it]) > 0);
  if (candidates.length === 0) return { remove, cause: 'no-archive' };
  const isEnough = freed(candidates) >= lackBytes;
  if (!isEnough) lackBytes = lackOf(BRIM_SHARE * minFree);
  for (const archive of candidates) {
    if (lackBytes <= 0) break;
    remove.push({ archive, reason: 'disk-free' });
    lackBytes -= archive.freesBytes;
  }
  return { remove, cause: isEnough ? null : 'too-small' };
}

// Private

function overSize(oldestFirst: readonly CleanupArchive[], maxBytes: number): Removal[] {
  const remove: Removal[] = [];
  let total = oldestFirst.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const archive of oldestFirst) {
    if (total <= maxBytes) break;
    remove.push({ archive, reason: 'archive-size' });
    total -= archive.bytes;
  }
  return remove;
}

function byAge(a: CleanupArchive, b: CleanupArchive): number {
  return a.writtenMs - b.writtenMs || (a.name < b.name ? -1 : 1);
}
