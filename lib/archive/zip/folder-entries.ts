import type { Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../errors.ts';
import { ArchiveFailed } from '../errors.ts';

export type EntryType = 'file' | 'folder' | 'link';

/** A file, folder or link in a version folder on disk. */
export interface FolderEntry {
  readonly path: string;
  /** Path relative to the version folder, with `/`. */
  readonly name: string;
  readonly type: EntryType;
  readonly stats: Stats;
}

/** One entry of a zip; its content is identified by type, size and CRC-32 (for a link, of its target). */
export interface ZipRecord {
  readonly name: string;
  readonly type: EntryType;
  readonly size: number;
  readonly crc32: number;
}

/**
 * Everything below `folder`, a folder before its content, links not followed. Sockets, pipes and
 * devices have no content to keep and are omitted, as is whatever vanishes meanwhile.
 */
export async function* walkFolder(folder: string, prefix = ''): AsyncGenerator<FolderEntry> {
  for (const each of await namesIn(join(folder, prefix))) {
    const name = prefix === '' ? each : `${prefix}/${each}`;
    const path = join(folder, name);
    const stats = await unlessVanished(path, () => lstat(path));
    const type = stats === null ? null : typeOf(stats);
    if (stats === null || type === null) continue;
    yield { path, name, type, stats };
    if (type === 'folder') yield* walkFolder(folder, name);
  }
}

/**
 * Null when `path` has vanished while `step` read it; throws `ArchiveFailed` for any other failure. A
 * name that is still listed but cannot be opened (its bytes are not UTF-8) has not vanished, and must
 * not be lost.
 */
export async function unlessVanished<T>(path: string, step: () => Promise<T>): Promise<T | null> {
  try {
    return await step();
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && !(await isListed(path))) return null;
    throw ArchiveFailed.cannot('VILI_ARCHIVE_FAILED', `read ${path}`, error);
  }
}

// Private

function typeOf(stats: Stats): EntryType | null {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  return stats.isSymbolicLink() ? 'link' : null;
}

async function namesIn(folder: string): Promise<string[]> {
  const names = (await unlessVanished(folder, () => readdir(folder))) ?? [];
  return names.sort((a, b) => (a < b ? -1 : 1));
}

async function isListed(path: string): Promise<boolean> {
  const at = path.lastIndexOf('/');
  const names = await readdir(path.slice(0, at) || '/').catch((): string[] => []);
  return names.includes(path.slice(at + 1));
}
