import type { Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { below, withRights } from '../../base/instance/remove-tree.ts';
import { codeOf } from '../../errors.ts';
import { ArchiveFailed } from '../errors.ts';
import { textOfName } from './names.ts';

const READ_FOLDER = 0o500;

export type EntryType = 'file' | 'folder' | 'link';

/** A file, folder or link in a version folder on disk. */
export interface FolderEntry {
  /** In bytes: names need not be UTF-8. */
  readonly path: Buffer;
  /** Path relative to the version folder, with `/`, as `textOfName`. */
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
export async function* walkFolder(
  folder: string | Buffer,
  prefix = '',
): AsyncGenerator<FolderEntry> {
  const parent = Buffer.from(folder);
  for (const each of await namesIn(parent)) {
    const path = below(parent, each);
    const name = prefix + textOfName(each);
    const stats = await unlessVanished(path, () => withFolderOpen(parent, () => lstat(path)));
    const type = stats === null ? null : typeOf(stats);
    if (stats === null || type === null) continue;
    yield { path, name, type, stats };
    if (type === 'folder') yield* walkFolder(path, `${name}/`);
  }
}

/** Null when `path` has vanished while `step` read it; throws `ArchiveFailed` for any other failure. */
export async function unlessVanished<T>(path: Buffer, step: () => Promise<T>): Promise<T | null> {
  try {
    return await step();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw ArchiveFailed.cannot('VILI_ARCHIVE_FAILED', `read ${textOfName(path)}`, error);
  }
}

// Private

function typeOf(stats: Stats): EntryType | null {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  return stats.isSymbolicLink() ? 'link' : null;
}

async function namesIn(folder: Buffer): Promise<Buffer[]> {
  const list = (): Promise<Buffer[]> => readdir(folder, { encoding: 'buffer' });
  const names = await unlessVanished(folder, () => withFolderOpen(folder, list));
  return (names ?? []).sort((a, b) => Buffer.compare(a, b));
}

/** A service may have taken the right to read from its own folder, which is to be deleted anyway. */
function withFolderOpen<T>(folder: Buffer, step: () => Promise<T>): Promise<T> {
  return withRights(folder, READ_FOLDER, step);
}
