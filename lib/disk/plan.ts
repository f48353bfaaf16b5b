import type { DiskSpace } from './usage.ts';

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
 * whose deletion frees space on `disk`, until it has `minFree`, or none at all when they are not enough: an archive
 * that is gone without effect is lost for nothing. Version folders are never part of a plan.
 */
export function planCleanup(situation: CleanupSituation): CleanupPlan {
  const { archiveMaxBytes, minFree, disk } = situation;
  const archives = [...situation.archives].sort(byAge);
  const remove = overSize(archives, archiveMaxBytes);
  if (disk === null) return { remove, cause: null };
  const gone = new Set(remove.map(({ archive }) => archive));
  const freed = (some: Iterable<CleanupArchive>): number =>
    [...some].reduce((sum, it) => sum + (it.device === disk.device ? it.freesBytes : 0), 0);
  let lackBytes = Math.floor(minFree * disk.totalBytes) - disk.freeBytes - freed(gone);
  if (lackBytes <= 0) return { remove, cause: null };
  const candidates = archives.filter((it) => !gone.has(it) && freed([it]) > 0);
  if (candidates.length === 0) return { remove, cause: 'no-archive' };
  if (freed(candidates) < lackBytes) return { remove, cause: 'too-small' };
  for (const archive of candidates) {
    if (lackBytes <= 0) break;
    remove.push({ archive, reason: 'disk-free' });
    lackBytes -= archive.freesBytes;
  }
  return { remove, cause: null };
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
