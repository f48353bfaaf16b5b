import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ViliError } from '../../errors.ts';
import { namesOrNone } from '../names/paths.ts';

/** Suffix of everything that is written under a temporary name and renamed once complete. */
export const TEMP_SUFFIX = '.vili-aside';

/** `code` VILI_WRITE_FAILED: disk full, read-only folder and the like; the old file is untouched. */
export class WriteFailed extends ViliError {}

/**
 * Replaces the file at `path` as a whole: after a crash or power cut it contains the old text or the
 * new one, never a part. Throws `WriteFailed`.
 */
export async function writeFileAtomic(
  path: string,
  text: string | Uint8Array,
  mode = 0o600,
): Promise<void> {
  const temporary = tempPathOf(path);
  try {
    await writeDurable(temporary, text, mode);
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw WriteFailed.cannot('VILI_WRITE_FAILED', `write ${path}`, error);
  }
}

/** Makes renames and new names in `folder` survive a power cut, where the file system supports it. */
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

/** A new hidden name in the same folder as `path`, so that a rename to `path` is atomic. */
export function tempPathOf(path: string): string {
  const unique = randomBytes(4).toString('hex');
  return join(dirname(path), `.${basename(path)}.${unique}${TEMP_SUFFIX}`);
}

/**
 * Removes what a killed Vili left half-written in `folder`, for all files or for one; call it while
 * nothing else writes there. Returns the names.
 */
export async function removeTempFiles(
  folder: string,
  fileName?: string,
): Promise<readonly string[]> {
  const prefix = fileName === undefined ? '.' : `.${fileName}.`;
  const left = (await namesOrNone(folder)).filter(
    (name) => name.startsWith(prefix) && name.endsWith(TEMP_SUFFIX),
  );
  for (const name of left) await rm(join(folder, name), { recursive: true, force: true });
  return left;
}

/** A line feed when the file's last line was torn by a failed write, so that the next line stands alone; else ''. */
export async function missingLineEnd(file: FileHandle): Promise<string> {
  const { size } = await file.stat();
  const last = Buffer.alloc(1);
  if (size > 0) await file.read(last, 0, 1, size - 1);
  return size > 0 && last.toString() !== '\n' ? '\n' : '';
}

// Private

async function writeDurable(path: string, text: string | Uint8Array, mode: number): Promise<void> {
  const handle = await open(path, 'wx', mode);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
