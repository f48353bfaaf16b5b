import { lstat, readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../errors.ts';

/** The file system a path is on; free is what an ordinary user may still write. */
export interface DiskSpace {
  readonly totalBytes: number;
  readonly freeBytes: number;
  /** 0 to 1. */
  readonly freeShare: number;
}

/**
 * Bytes in the files at and below `path`, links not followed. What vanishes or may not be read
 * meanwhile counts as nothing.
 */
export async function folderBytes(path: string): Promise<number> {
  const pending = [path];
  let bytes = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const stats = await lstat(next).catch(ignoreUnreadable);
    if (stats?.isFile() === true) bytes += stats.size;
    if (stats?.isDirectory() !== true) continue;
    const names = (await readdir(next).catch(ignoreUnreadable)) ?? [];
    for (const name of names) pending.push(join(next, name));
  }
  return bytes;
}

/** Throws Node's error when `path` does not exist. */
export async function diskSpace(path: string): Promise<DiskSpace> {
  const { bsize, blocks, bavail } = await statfs(path);
  const totalBytes = blocks * bsize;
  const freeBytes = bavail * bsize;
  return { totalBytes, freeBytes, freeShare: totalBytes > 0 ? freeBytes / totalBytes : 1 };
}

/** The share of the file system at `path` that is free, 0 to 1. */
export async function freeShare(path: string): Promise<number> {
  return (await diskSpace(path)).freeShare;
}

// Private

function ignoreUnreadable(error: unknown): null {
  const code = codeOf(error);
  if (code === 'ENOENT' || code === 'EACCES' || code === 'EPERM' || code === 'ENOTDIR') return null;
  throw error;
}
