import { statfs } from 'node:fs/promises';

/** The file system a path is on; free is what an ordinary user may still write. */
export interface DiskSpace {
  readonly totalBytes: number;
  readonly freeBytes: number;
  /** 0 to 1. */
  readonly freeShare: number;
}

/** How full the file system at `path` is. Throws Node's error when `path` does not exist. */
export async function diskSpace(path: string): Promise<DiskSpace> {
  const { bsize, blocks, bavail } = await statfs(path);
  const totalBytes = blocks * bsize;
  const freeBytes = bavail * bsize;
  return { totalBytes, freeBytes, freeShare: totalBytes > 0 ? freeBytes / totalBytes : 1 };
}
