import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { namesOrNone } from '../base/names/paths.ts';

/** One `archive/NAME.zip` file. */
export interface Archive {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** When the file was written, ms since 1970; the oldest is removed first. */
  readonly writtenMs: number;
}

/** The archives in a folder, oldest first; none when the folder does not exist. */
export async function listArchives(folder: string): Promise<Archive[]> {
  const archives: Archive[] = [];
  for (const name of await namesOrNone(folder)) {
    if (name.startsWith('.') || !name.endsWith('.zip')) continue;
    const path = join(folder, name);
    const stats = await lstat(path).catch(() => null);
    if (stats?.isFile() !== true) continue;
    const { size: bytes, mtimeMs: writtenMs } = stats;
    archives.push({ name: name.slice(0, -'.zip'.length), path, bytes, writtenMs });
  }
  return archives.sort((a, b) => a.writtenMs - b.writtenMs || (a.name < b.name ? -1 : 1));
}
