import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { fingerprintOf, identify } from '../base/arrival/fingerprint.ts';
import { listServerFiles } from '../base/arrival/scan.ts';
import { removeTree } from '../base/instance/remove-tree.ts';
import type { Layout } from '../base/names/layout.ts';
import { namesOrNone } from '../base/names/paths.ts';
import { parseServerFile, parseVersionName } from '../base/names/server-file.ts';
import { compareVersions } from '../base/names/version-order.ts';
import { removeTempFiles } from '../base/state/atomic-file.ts';
import { ArchiveFailed, ignoreAbsent, isFile } from './errors.ts';
import { restoreVersion } from './restore.ts';

/** Server files between a restored version and running that are looked at; each is read once. */
const NEWER_MAX = 20;

export interface RestoreJob {
  readonly layout: Layout;
  readonly name: string;
  /** The version that users leave; null when none is running. */
  readonly below: string | null;
}

export interface RestoredVersion {
  readonly release: Awaited<ReturnType<typeof identify>>;
  /** False: its folder was there. */
  readonly isUnpacked: boolean;
  /** Fingerprints of the server files in the base between it and `below`. */
  readonly newer: readonly string[];
}

/**
 * Brings the folder of a version back from its archive, whole and verified, or leaves everything as it was. A folder
 * that is there stays; what a killed Vili left half-unpacked is removed first. Throws `ArchiveFailed`.
 */
export async function restoreArchived({
  layout,
  name,
  below,
}: RestoreJob): Promise<RestoredVersion> {
  const wanted = parseVersionName(layout.identifier, name);
  if (wanted === undefined) {
    const text = `${name} is not a version of ${layout.identifier}`;
    throw new ArchiveFailed('VILI_ARCHIVE_FAILED', text);
  }
  await removeTempFiles(layout.base, name);
  const folder = layout.versionFolder(name);
  const isUnpacked = (await lstat(folder).catch(ignoreAbsent)) === null;
  if (isUnpacked) await unpack(layout, name);
  try {
    const release = await serverIn(layout, name);
    return { release, isUnpacked, newer: await between(layout, wanted.version, below) };
  } catch (error) {
    if (isUnpacked) await removeTree(folder);
    if (error instanceof ArchiveFailed) throw error;
    throw ArchiveFailed.cannot('VILI_ARCHIVE_FAILED', `read ${folder}`, error);
  }
}

/** Why there is no archive of this version to restore; null when there is one. Nothing of it is read. */
export async function whyNoArchive(layout: Layout, name: string): Promise<string | null> {
  if ((await lstat(layout.versionFolder(name)).catch(() => null))?.isDirectory() === true) {
    return null;
  }
  const zip = layout.archiveZip(name);
  const stats = await lstat(zip).catch(() => null);
  if (stats === null) {
    return `there is no archive/${name}.zip: it never was, or made room for others (archive.max_size, disk.min_free)`;
  }
  if (!stats.isFile()) return `archive/${name}.zip is not a regular file`;
  return stats.size === 0 ? `archive/${name}.zip is empty` : null;
}

// Private

async function unpack(layout: Layout, name: string): Promise<void> {
  const zip = layout.archiveZip(name);
  if (!(await isFile(zip))) {
    throw new ArchiveFailed('VILI_ARCHIVE_FAILED', `there is no archive/${name}.zip`);
  }
  await restoreVersion(zip, layout.versionFolder(name));
}

/** The copy of the server file in a version folder; a link is not one. */
async function serverIn(layout: Layout, name: string): Promise<RestoredVersion['release']> {
  const folder = layout.versionFolder(name);
  for (const fileName of await namesOrNone(folder)) {
    const file = parseServerFile(layout.identifier, fileName);
    if (file?.name !== name || !(await isFile(join(folder, fileName)))) continue;
    return identify(join(folder, fileName), file);
  }
  throw new ArchiveFailed('VILI_ARCHIVE_DAMAGED', `${folder} has no server file of ${name}`);
}

async function between(
  layout: Layout,
  above: string,
  below: string | null,
): Promise<readonly string[]> {
  const limit = below === null ? undefined : parseVersionName(layout.identifier, below)?.version;
  if (limit === undefined) return [];
  const files = (await listServerFiles(layout.base, layout.identifier)).filter(
    ({ version }) => compareVersions(version, above) > 0 && compareVersions(version, limit) < 0,
  );
  const found: string[] = [];
  for (const file of files.slice(-NEWER_MAX)) {
    // One that cannot be read cannot be tested either.
    const fingerprint = await fingerprintOf(layout.serverFile(file)).catch(() => null);
    if (fingerprint !== null) found.push(fingerprint);
  }
  return found;
}
