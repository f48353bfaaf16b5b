import { lstat, mkdir, rename } from 'node:fs/promises';
import { basename } from 'node:path';
import { readLink } from '../base/instance/links.ts';
import { removeTree } from '../base/instance/remove-tree.ts';
import type { Layout } from '../base/names/layout.ts';
import { isInside } from '../base/names/paths.ts';
import { parseVersionName } from '../base/names/server-file.ts';
import { ArchiveFailed, ignoreAbsent, isFile, orArchiveFailed } from './errors.ts';
import { deletingFolder } from './unfinished.ts';
import { type Packed, packFolder, verifyZip } from './zip/pack.ts';

export interface ArchiveOptions {
  readonly layout: Layout;
  readonly name: string;
  /** Called before packing and again right before deleting; false keeps the folder. */
  mayDelete(): Promise<boolean>;
  readonly signal: AbortSignal;
  /** zlib level, 0 to 9; default 1. */
  readonly level?: number;
}

/** The result for a version folder. */
export type ArchiveOutcome =
  /** The zip is verified, the folder deleted. */
  | ({ readonly kind: 'archived'; readonly zip: string } & Packed)
  /** Nothing was deleted, because the version is in use; the zip may exist. */
  | { readonly kind: 'protected'; readonly reason: string }
  /** The folder does not exist; `zip` is set when the version has been archived before. */
  | { readonly kind: 'absent'; readonly zip: string | null };

/**
 * Moves a version folder into `archive/NAME.zip`: packed under a temporary name, verified, renamed,
 * protection checked again, and only then deleted. Interrupted work is resumed: a zip that still
 * matches its folder is not written again, an empty or damaged one is replaced, a deletion is
 * completed. Throws `ArchiveFailed` or the signal's reason; the folder is then intact, or its zip is
 * verified and a part of it could not be deleted (VILI_ARCHIVE_NOT_DELETED).
 */
export async function archiveVersion(options: ArchiveOptions): Promise<ArchiveOutcome> {
  const { layout, name, signal } = options;
  if (parseVersionName(layout.identifier, name) === undefined) {
    const text = `${name} is not a version of ${layout.identifier}`;
    throw new ArchiveFailed('VILI_ARCHIVE_FAILED', text);
  }
  const folder = layout.versionFolder(name);
  const zip = layout.archiveZip(name);
  await deleteRest(layout, name);
  if (!(await isFolder(folder))) return { kind: 'absent', zip: (await isFile(zip)) ? zip : null };
  const before = await protection(options, folder);
  if (before !== null) return { kind: 'protected', reason: before };
  await orArchiveFailed(zip, () => mkdir(layout.archiveFolder, { recursive: true }));
  const packed =
    (await presentZip(zip, folder, signal)) ??
    (await packFolder(folder, zip, signal, options.level));
  const after = await protection(options, folder);
  if (after !== null) return { kind: 'protected', reason: after };
  signal.throwIfAborted();
  await orArchiveFailed(folder, () => rename(folder, deletingFolder(layout, name)));
  await deleteRest(layout, name);
  return { kind: 'archived', zip, ...packed };
}

// Private

async function protection(options: ArchiveOptions, folder: string): Promise<string | null> {
  const { layout, name } = options;
  for (const link of [layout.roleLink('running'), layout.roleLink('testing')]) {
    const target = await readLink(link);
    if (target !== null && isInside(folder, target)) return `${basename(link)} points to ${name}`;
  }
  return (await options.mayDelete()) ? null : `${name} is in use`;
}

/** The zip that an earlier run finished, if the folder has not changed since. */
async function presentZip(
  zip: string,
  folder: string,
  signal: AbortSignal,
): Promise<Packed | null> {
  if (!(await isFile(zip))) return null;
  try {
    return await verifyZip(zip, folder, signal);
  } catch {
    signal.throwIfAborted();
    return null;
  }
}

/** Deletes what has been renamed for it, so that a half-deleted folder never has the name of a version. */
async function deleteRest(layout: Layout, name: string): Promise<void> {
  const rest = deletingFolder(layout, name);
  try {
    await removeTree(rest);
  } catch (error) {
    const action = `delete ${rest}, which is packed in ${layout.archiveZip(name)}`;
    throw ArchiveFailed.cannot('VILI_ARCHIVE_NOT_DELETED', action, error);
  }
}

async function isFolder(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(ignoreAbsent);
  if (stats === null || stats.isDirectory()) return stats !== null;
  const text = `${path} is not a version folder but a file or link`;
  throw new ArchiveFailed('VILI_ARCHIVE_FAILED', text);
}
