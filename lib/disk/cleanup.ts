/** The facts about an archive that a plan needs; `lib/archive` lists the archives. */
export interface CleanupArchive {
  readonly name: string;
  readonly bytes: number;
  /** Milliseconds since 1970; the oldest is removed first. */
  readonly writtenMs: number;
}

export interface CleanupSituation<A extends CleanupArchive> {
  readonly archives: readonly A[];
  /** `archive.max_size`: limit for all archives together. */
  readonly archiveMaxBytes: number;
  /** Free share of the file system, 0 to 1. */
  readonly freeShare: number;
  /** `disk.min_free`, 0 to 1. */
  readonly minFree: number;
  /**
   * Size of the file system. Without it, the number of archives that would free enough space is
   * unknown: the plan removes one, and the next round measures again.
   */
  readonly diskBytes?: number;
}

export interface CleanupPlan<A extends CleanupArchive> {
  /** Oldest first. */
  readonly remove: readonly {
    readonly archive: A;
    readonly reason: 'archive-size' | 'disk-free';
  }[];
  /** False when the disk remains too full even without these: a person must be notified. */
  readonly isEnough: boolean;
}

/**
 * Plans which archives to remove: the oldest, until the rest fits `archiveMaxBytes` and the file system
 * has `minFree`. Version folders are never part of a plan.
 */
export function planCleanup<A extends CleanupArchive>(
  situation: CleanupSituation<A>,
): CleanupPlan<A> {
  const { archiveMaxBytes, minFree, diskBytes } = situation;
  const remove: { archive: A; reason: 'archive-size' | 'disk-free' }[] = [];
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
