import type { Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, messageOf, ViliError } from '../../errors.ts';

/**
 * `code`: VILI_ARCHIVE_FAILED (reading or writing fails), VILI_ARCHIVE_DAMAGED (a zip is not what it
 * should be), VILI_ARCHIVE_UNSAFE (a zip would write outside its folder), VILI_ARCHIVE_TOO_LARGE.
 */
export class ArchiveFailed extends ViliError {}

export type EntryType = 'file' | 'folder' | 'link';

/** One thing in a version folder, on disk. */
export interface FolderEntry {
  readonly path: string;
  /** Relative to the folder, with `/`. */
  readonly name: string;
  readonly type: EntryType;
  readonly stats: Stats;
}

/** One entry of a zip: what it holds is its type, size and CRC-32 (of a link: of its target). */
export interface ZipRecord {
  readonly name: string;
  readonly type: EntryType;
  readonly size: number;
  readonly crc32: number;
}

/**
 * Everything below `folder`, a folder before its content, links not followed. Sockets, pipes and
 * devices have no content to keep and are left out; what vanishes meanwhile is left out too.
 */
export async function* walkFolder(folder: string, prefix = ''): AsyncGenerator<FolderEntry> {
  for (const each of await namesIn(join(folder, prefix))) {
    const name = prefix === '' ? each : `${prefix}/${each}`;
    const path = join(folder, name);
    const stats = await statsOf(path);
    const type = stats === null ? null : typeOf(stats);
    if (stats === null || type === null) continue;
    yield { path, name, type, stats };
    if (type === 'folder') yield* walkFolder(folder, name);
  }
}

/**
 * An error for a thing that cannot be read, unless it has vanished: null. A name that is still
 * listed but cannot be found (its bytes are no UTF-8) has not vanished, and must not be lost.
 */
export async function unreadable(path: string, error: unknown): Promise<ArchiveFailed | null> {
  if (codeOf(error) === 'ENOENT' && !(await isListed(path))) return null;
  const text = `cannot read ${path}: ${messageOf(error)}`;
  return new ArchiveFailed('VILI_ARCHIVE_FAILED', text, { cause: error });
}

// Private

function typeOf(stats: Stats): EntryType | null {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  return stats.isSymbolicLink() ? 'link' : null;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort((a, b) => (a < b ? -1 : 1));
  } catch (error) {
    const reason = await unreadable(folder, error);
    if (reason !== null) throw reason;
    return [];
  }
}

async function statsOf(path: string): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch (error) {
    const reason = await unreadable(path, error);
    if (reason !== null) throw reason;
    return null;
  }
}

async function isListed(path: string): Promise<boolean> {
  const at = path.lastIndexOf('/');
  const names = await readdir(path.slice(0, at) || '/').catch((): string[] => []);
  return names.includes(path.slice(at + 1));
}
