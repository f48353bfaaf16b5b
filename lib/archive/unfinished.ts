import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { listVersionFolders } from '../base/arrival/scan.ts';
import { removeTree } from '../base/instance/remove-tree.ts';
import type { Layout } from '../base/names/layout.ts';
import { parseVersionName } from '../base/names/server-file.ts';
import { removeTempFiles } from '../base/state/atomic-file.ts';
import { messageOf } from '../errors.ts';
import { isFile } from './errors.ts';

/** Suffix of a folder whose zip is verified, while its content is being deleted. */
const DELETING_SUFFIX = '.vili-deleting';

/** Work that an earlier Vili left unfinished. */
export interface Unfinished {
  /** Versions with a folder and a zip: call `archiveVersion` for them again. */
  readonly names: readonly string[];
  /** Half-written files and half-deleted folders (with verified zips) that were removed. */
  readonly removed: readonly string[];
  /** One sentence for each that could not be removed; the others were. */
  readonly problems: readonly string[];
}

/** Where the folder of an archived version is while it is deleted. */
export function deletingFolder(layout: Layout, name: string): string {
  return join(layout.base, `.${name}${DELETING_SUFFIX}`);
}

/** Removes what a killed Vili left half-done in base and archive, and lists the versions to archive again. */
export async function findUnfinished(layout: Layout): Promise<Unfinished> {
  const removed: string[] = [];
  const problems: string[] = [];
  const problem = (error: unknown): void => void problems.push(messageOf(error));
  await removeTempFiles(layout.archiveFolder).then((names) => removed.push(...names), problem);
  for (const entry of await readdir(layout.base)) {
    const name = deletingName(layout, entry);
    if (name === null) continue;
    await removeTree(deletingFolder(layout, name)).then(() => removed.push(entry), problem);
  }
  const folders = await listVersionFolders(layout.base, layout.identifier);
  const names: string[] = [];
  for (const { name } of folders) if (await isFile(layout.archiveZip(name))) names.push(name);
  return { names, removed, problems };
}

// Private

/** The version whose folder is being deleted; folders of anybody else are not touched. */
function deletingName(layout: Layout, entry: string): string | null {
  if (!entry.startsWith('.') || !entry.endsWith(DELETING_SUFFIX)) return null;
  const name = entry.slice(1, -DELETING_SUFFIX.length);
  return parseVersionName(layout.identifier, name) === undefined ? null : name;
}
