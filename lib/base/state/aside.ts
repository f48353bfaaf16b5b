import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf } from '../../errors.ts';

/** The ending of everything that is written beside its final name and renamed when complete. */
export const ASIDE_ENDING = '.vili-aside';

/** A fresh hidden name in the same folder as `path`, so that a rename to `path` is atomic. */
export function asideOf(path: string): string {
  const unique = randomBytes(4).toString('hex');
  return join(dirname(path), `.${basename(path)}.${unique}${ASIDE_ENDING}`);
}

/**
 * Removes what a killed Vili left half-written in `folder`, all of it or that of one file; call it
 * while nothing else writes there. Returns the names.
 */
export async function removeAsideFiles(
  folder: string,
  fileName?: string,
): Promise<readonly string[]> {
  const prefix = fileName === undefined ? '.' : `.${fileName}.`;
  const names = await readdir(folder).catch((error: unknown): string[] => {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
    throw error;
  });
  const left = names.filter((name) => name.startsWith(prefix) && name.endsWith(ASIDE_ENDING));
  for (const name of left) await rm(join(folder, name), { recursive: true, force: true });
  return left;
}
