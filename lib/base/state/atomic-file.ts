import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, ViliError } from '../../errors.ts';
import { asideOf } from './aside.ts';

/** `code` VILI_WRITE_FAILED: disk full, read-only folder and the like; the old file is untouched. */
export class WriteFailed extends ViliError {}

/**
 * Replaces the file at `path` as a whole: after a crash or power cut it holds the old text or the
 * new one, never a part. Throws `WriteFailed`.
 */
export async function writeFileAtomic(path: string, text: string, mode = 0o600): Promise<void> {
  const aside = asideOf(path);
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
