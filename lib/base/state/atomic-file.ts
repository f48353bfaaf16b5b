import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf, messageOf, ViliError } from '../../errors.ts';

/** The ending of everything that is written beside its final name and renamed when complete. */
export const TEMP_SUFFIX = '.vili-aside';

/** `code` VILI_WRITE_FAILED: disk full, read-only folder and the like; the old file is untouched. */
export class WriteFailed extends ViliError {}

/**
 * Replaces the file at `path` as a whole: after a crash or power cut it holds the old text or the
 * new one, never a part. Throws `WriteFailed`.
 */
export async function writeFileAtomic(path: string, text: string, mode = 0o600): Promise<void> {
  const aside = tempPathOf(path);
  try {
    await writeDurable(aside, text, mode);
    await rename(aside, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(aside, { force: true }).catch(() => undefined);
    throw new WriteFailed('VILI_WRITE_FAILED', `cannot write ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Makes renames and new names in `folder` survive a power cut, where the file system can. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch {
    // Some network file systems refuse fsync of a folder; the rename itself has happened.
  } finally {
    await handle.close();
  }
}

/** A fresh hidden name in the same folder as `path`, so that a rename to `path` is atomic. */
export function tempPathOf(path: string): string {
  const unique = randomBytes(4).toString('hex');
  return join(dirname(path), `.${basename(path)}.${unique}${TEMP_SUFFIX}`);
}

/**
 * Removes what a killed Vili left half-written in `folder`, all of it or that of one file; call it
 * while nothing else writes there. Returns the names.
 */
export async function removeTempFiles(
  folder: string,
  fileName?: string,
): Promise<readonly string[]> {
  const prefix = fileName === undefined ? '.' : `.${fileName}.`;
  const names = await readdir(folder).catch((error: unknown): string[] => {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
    throw error;
  });
  const left = names.filter((name) => name.startsWith(prefix) && name.endsWith(TEMP_SUFFIX));
  for (const name of left) await rm(join(folder, name), { recursive: true, force: true });
  return left;
}

// Private

async function writeDurable(path: string, text: string, mode: number): Promise<void> {
  const handle = await open(path, 'wx', mode);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
