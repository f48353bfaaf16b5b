import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { namesOrNone } from '../base/names/paths.ts';
import { parseVersionName } from '../base/names/server-file.ts';

const ZIP = '.zip';
/** Unit of `stats.blocks`, whatever the file system's own block size is. */
const BLOCK_BYTES = 512;

/** One `archive/NAME.zip` file. */
export interface Archive {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** When the file was written, ms since 1970; the oldest is removed first. */
  readonly writtenMs: number;
  /** The file system that has the file. */
  readonly device: number;
  /** Bytes that its deletion frees there: none while the file has another name. */
  readonly freesBytes: number;
}

/**
 * The archived versions of `identifier` in a folder, oldest first; none when the folder does not exist. Any other
 * file there is somebody else's, zip or not: it is neither counted nor ever deleted.
 */
export async function listArchives(folder: string, identifier: string): Promise<Archive[]> {
  const find = async (fileName: string): Promise<Archive[]> => {
    const name = fileName.slice(0, -ZIP.length);
    if (!fileName.endsWith(ZIP) || parseVersionName(identifier, name) === undefined) return [];
    const path = join(folder, fileName);
    const stats = await lstat(path).catch(() => null);
    if (stats?.isFile() !== true) return [];
    const { size: bytes, mtimeMs: writtenMs, dev: device } = stats;
    const freesBytes = stats.nlink === 1 ? stats.blocks * BLOCK_BYTES : 0;
    return [{ name, path, bytes, writtenMs, device, freesBytes }];
  };
  const archives = (await Promise.all((await namesOrNone(folder)).map(find))).flat();
  return archives.sort((a, b) => a.writtenMs - b.writtenMs || (a.name < b.name ? -1 : 1));
}
