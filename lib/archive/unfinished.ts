import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { listVersionFolders } from '../base/arrival/scan.ts';
import type { Layout } from '../base/names/layout.ts';
import { removeTempFiles } from '../base/state/atomic-file.ts';
import { isFile, orArchiveFailed } from './errors.ts';

/** Suffix of a folder whose zip is verified, while its content is being deleted. */
export const DELETING_SUFFIX = '.vili-deleting';

/** Work that an earlier Vili left unfinished. */
export interface Unfinished {
  /** Versions with a folder and a zip: call `archiveVersion` for them again. */
  readonly names: readonly string[];
  /** Half-written files and half-deleted folders (with verified zips) that were removed. */
  readonly removed: readonly string[];
}

/** Removes what a killed Vili left half-done in base and archive, and lists the versions to archive again. */
export async function findUnfinished(layout: Layout): Promise<Unfinished> {
  const removed = [...(await removeTempFiles(layout.archiveFolder))];
  for (const name of await readdir(layout.base)) {
    if (!name.startsWith('.') || !name.endsWith(DELETING_SUFFIX)) continue;
    await orArchiveFailed(name, () =>
      rm(join(layout.base, name), { recursive: true, force: true }),
    );
    removed.push(name);
  }
  const folders = await listVersionFolders(layout.base, layout.identifier);
  const names: string[] = [];
  for (const { name } of folders) if (await isFile(layout.archiveZip(name))) names.push(name);
  return { names, removed };
}
