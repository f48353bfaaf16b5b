import { readdir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';
import { codeOf } from '../../errors.ts';

/** True when `path` is `folder` itself or lies below it; both are absolute and resolved. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** True when `path`, with every link followed, exists and does not leave `folder`. */
export async function leadsInside(folder: string, path: string): Promise<boolean> {
  try {
    return isInside(await realpath(folder), await realpath(path));
  } catch {
    return false;
  }
}

/** True when `path`, with every link followed, exists. */
export function exists(path: string): Promise<boolean> {
  return succeeds(stat(path));
}

/** Whether the promise resolves. */
export async function succeeds(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch {
    return false;
  }
}

/** The names in `folder`; none when there is no such folder. Throws Node's other errors. */
export async function namesOrNone(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}
