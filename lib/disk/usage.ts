import { stat, statfs } from 'node:fs/promises';

/** Space of a file system; free is what an ordinary user may still write. */
export interface DiskSpace {
  /** By which two folders on one file system are recognized. */
  readonly device: number;
  readonly totalBytes: number;
  readonly freeBytes: number;
  /** 0 to 1. */
  readonly freeShare: number;
}

/** Space of the file system that contains `path`. Throws Node's error when `path` does not exist. */
export async function diskSpace(path: string): Promise<DiskSpace> {
  const { bsize, blocks, bavail } = await statfs(path);
  const { dev: device } = await stat(path);
  const totalBytes = blocks * bsize;
  const freeBytes = bavail * bsize;
  return { device, totalBytes, freeBytes, freeShare: totalBytes > 0 ? freeBytes / totalBytes : 1 };
}
