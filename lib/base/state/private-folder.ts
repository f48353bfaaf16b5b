import { chmod, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
const RIGHTS = 0o777;

/**
 * Takes all rights of others from a folder and from everything in it, as an earlier Vili may have left them. Links are
 * not followed; what is not this user's stays as it is.
 */
export async function makePrivate(path: string): Promise<void> {
  const stats = await lstat(path).catch(() => null);
  if (stats === null || stats.isSymbolicLink()) return;
  const isFolder = stats.isDirectory();
  const mode = stats.mode & (isFolder ? FOLDER_MODE : FILE_MODE);
  if ((stats.mode & RIGHTS) !== mode) await chmod(path, mode).catch(() => undefined);
  if (!isFolder) return;
  for (const name of await readdir(path).catch(() => [])) await makePrivate(join(path, name));
}
