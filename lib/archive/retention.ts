import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../errors.ts';

/** One file `archive/NAME.zip`. */
export interface Archive {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** When it was written, milliseconds since 1970: the older goes first. */
  readonly writtenMs: number;
}

/** The archives in a folder, oldest first; none when there is no such folder. */
export async function listArchives(folder: string): Promise<Archive[]> {
  const names = await readdir(folder).catch((error: unknown): string[] => {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
    throw error;
  });
  const archives: Archive[] = [];
  for (const name of names) {
    if (name.startsWith('.') || !name.endsWith('.zip')) continue;
    const path = join(folder, name);
    const stats = await lstat(path).catch(() => null);
    if (stats?.isFile() !== true) continue;
    const { size: bytes, mtimeMs: writtenMs } = stats;
    archives.push({ name: name.slice(0, -'.zip'.length), path, bytes, writtenMs });
  }
  return archives.sort(byAge);
}

// Private

function byAge(a: Archive, b: Archive): number {
  return a.writtenMs - b.writtenMs || (a.name < b.name ? -1 : 1);
}
