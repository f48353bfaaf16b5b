import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { listVersionFolders } from '../base/arrival/scan.ts';
import type { Layout } from '../base/names/layout.ts';
import { removeTempFiles } from '../base/state/atomic-file.ts';
import { guarded, isFile } from './errors.ts';

/** A folder that is verified in its zip gets this ending for the time its content is deleted. */
export const DELETING_ENDING = '.vili-deleting';

/** What an earlier Vili left undone. */
export interface Unfinished {
  /** Versions with a folder and a zip: call `archiveVersion` for them again. */
  readonly names: readonly string[];
  /** Half-written files and half-deleted folders (of verified zips) that were cleared away. */
  readonly cleared: readonly string[];
}

/** Clears what a killed Vili left in base and archive, and names the versions to archive again. */
export async function findUnfinished(layout: Layout): Promise<Unfinished> {
  const cleared = [...(await removeTempFiles(layout.archiveFolder))];
  for (const name of await readdir(layout.base)) {
    if (!name.startsWith('.') || !name.endsWith(DELETING_ENDING)) continue;
    await guarded(name, () => rm(join(layout.base, name), { recursive: true, force: true }));
    cleared.push(name);
  }
  const folders = await listVersionFolders(layout.base, layout.identifier);
  const names: string[] = [];
  for (const { name } of folders) if (await isFile(layout.archiveZip(name))) names.push(name);
  return { names, cleared };
}
