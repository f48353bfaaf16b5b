import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';

/** Files and folders that are looked at: a base has far fewer, and a service can make as many as it likes. */
const ENTRIES_MAX = 50_000;
/** Unit of `stats.blocks`, whatever the file system's own block size is. */
const BLOCK_BYTES = 512;

/** The disk that a folder takes, links not followed. */
export interface FolderSize {
  readonly bytes: number;
  /** False when there was more than is looked at: it takes at least so much. */
  readonly isWhole: boolean;
}

/** What cannot be read, or vanishes meanwhile, does not count; a file with two names counts twice. Never throws. */
export async function folderSize(folder: string, entriesMax = ENTRIES_MAX): Promise<FolderSize> {
  const waiting = [folder];
  let bytes = 0;
  let entries = 0;
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const content = await opendir(path).catch(() => null);
    if (content === null) continue;
    for await (const entry of content) {
      entries += 1;
      if (entries > entriesMax) return { bytes, isWhole: false };
      const inside = join(path, entry.name);
      const stats = await lstat(inside).catch(() => null);
      bytes += (stats?.blocks ?? 0) * BLOCK_BYTES;
      if (stats?.isDirectory() === true) waiting.push(inside);
    }
  }
  return { bytes, isWhole: true };
}
