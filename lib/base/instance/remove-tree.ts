import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import { codeOf } from '../../errors.ts';

const OWNER_ALL = 0o700;
const SEPARATOR = Buffer.from('/');

/**
 * Removes a folder with all that is in it, also where a service has taken the rights from its own folders: they are
 * given back first. Links are removed, not followed. Throws Node's error when something remains.
 */
export async function removeTree(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch (error) {
    if (!isDenied(error)) throw error;
    await openFolders(Buffer.from(folder));
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs `step` on `path`; when it is denied, the owner's `rights` are added and it runs once more. */
export async function withRights<T>(
  path: Buffer,
  rights: number,
  step: () => Promise<T>,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (!isDenied(error) || !(await addRights(path, rights))) throw error;
    return await step();
  }
}

/** A path below `folder`, in bytes: names need not be UTF-8. */
export function below(folder: Buffer, name: Buffer): Buffer {
  return Buffer.concat([folder, SEPARATOR, name]);
}

// Private

/** What cannot be opened remains, and the removal says so. */
async function openFolders(folder: Buffer): Promise<void> {
  await addRights(folder, OWNER_ALL);
  const entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' }).catch(
    () => [],
  );
  for (const entry of entries) {
    if (entry.isDirectory()) await openFolders(below(folder, entry.name));
  }
}

/** Links are left alone: `chmod` would follow them. */
async function addRights(path: Buffer, rights: number): Promise<boolean> {
  try {
    const stats = await lstat(path);
    if (stats.isSymbolicLink() || (stats.mode & rights) === rights) return false;
    await chmod(path, (stats.mode & 0o7777) | rights);
    return true;
  } catch {
    return false;
  }
}

function isDenied(error: unknown): boolean {
  return codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM';
}
