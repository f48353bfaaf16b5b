import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../errors.ts';
import { listVersionFolders } from '../arrival/scan.ts';
import { instanceNumber, type Layout } from '../names/layout.ts';
import { removeTempFiles } from '../state/atomic-file.ts';

/**
 * Removes what a killed Vili left half-written, in every folder of a base in which it writes under temporary names:
 * the base, its own folders, versions, and in these their instances and folders of these names. (The archive is the
 * archivist's.)
 * What cannot be removed is a problem, one sentence each; it does not prevent the start.
 */
export async function removeHalfWritten(
  layout: Layout,
  names: readonly string[],
): Promise<readonly string[]> {
  const { base, viliFolder, evidenceFolder, identifier } = layout;
  const problems: string[] = [];
  const clear = async (folder: string): Promise<void> => {
    await removeTempFiles(folder).catch((error: unknown) => problems.push(messageOf(error)));
  };
  for (const folder of [base, viliFolder, evidenceFolder]) await clear(folder);
  for (const { folder } of await listVersionFolders(base, identifier)) {
    for (const each of [folder, ...(await innerOf(folder, names))]) await clear(each);
  }
  return problems;
}

// Private

/** Folders, not links: a service may have put one there that leads elsewhere. */
async function innerOf(versionFolder: string, names: readonly string[]): Promise<string[]> {
  const entries = await readdir(versionFolder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .filter((name) => names.includes(name) || instanceNumber(name) !== undefined)
    .map((name) => join(versionFolder, name));
}
