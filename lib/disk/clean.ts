import { rm } from 'node:fs/promises';
import { type CleanupArchive, planCleanup } from './cleanup.ts';
import { copyAndTruncate } from './rotate.ts';
import { diskSpace } from './usage.ts';

/** Old parts of a servlet's output that are kept, compressed, beside the current one. */
const OUTPUTS_KEPT = 2;

export interface CleanOptions {
  readonly archives: readonly (CleanupArchive & { readonly path: string })[];
  /** On the file system that is kept free. */
  readonly folder: string;
  /** What all archives together may take. */
  readonly archiveMaxBytes: number;
  /** Share of the file system, 0 to 1. */
  readonly minFree: number;
}

export interface Cleaned {
  /** Names of the versions whose archive was deleted. */
  readonly deleted: readonly string[];
  /** Before that, 0 to 1. */
  readonly freeShare: number;
  /** False when the disk stays too full: no archive is left to delete. */
  readonly isEnough: boolean;
}

/** Deletes the oldest archives until the rest and the file system are within their limits. */
export async function cleanArchives(options: CleanOptions): Promise<Cleaned> {
  const { freeShare, totalBytes: diskBytes } = await diskSpace(options.folder);
  const { remove, isEnough } = planCleanup({ ...options, freeShare, diskBytes });
  for (const { archive } of remove) await rm(archive.path, { force: true });
  return { deleted: remove.map(({ archive }) => archive.name), freeShare, isEnough };
}

/** Cuts the output files of servlets that have grown beyond `maxBytes`. Throws Node's errors. */
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
