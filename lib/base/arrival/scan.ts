import type { Stats } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, ViliError } from '../../errors.ts';
import { exists, leadsInside } from '../names/paths.ts';
import { parseServerFile, parseVersionName, type ServerFile } from '../names/server-file.ts';
import { compareVersions } from '../names/version-order.ts';

/** `code` VILI_BASE_UNREADABLE: the base folder is missing, is not a folder, or may not be read. */
export class BaseUnreadable extends ViliError {}

/** A version that has a folder. */
export interface VersionFolder {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
}

/** What the name of a server file refers to. */
export type ServerFileCheck =
  | { readonly kind: 'file'; readonly stats: Stats }
  | { readonly kind: 'absent' | 'other' | 'outside' | 'not-executable' };

/** The server files in base, oldest version first. Throws `BaseUnreadable`. */
export async function listServerFiles(base: string, identifier: string): Promise<ServerFile[]> {
  const files: ServerFile[] = [];
  for (const fileName of await namesIn(base)) {
    const file = parseServerFile(identifier, fileName);
    if (file === undefined) continue;
    if ((await checkServerFile(base, file)).kind === 'file') files.push(file);
  }
  return files.sort(byVersion);
}

/** The version folders in base, oldest version first, without links. Throws `BaseUnreadable`. */
export async function listVersionFolders(
  base: string,
  identifier: string,
): Promise<VersionFolder[]> {
  const folders: VersionFolder[] = [];
  for (const name of await namesIn(base)) {
    const parsed = parseVersionName(identifier, name);
    if (parsed === undefined) continue;
    const stats = await lstat(join(base, name)).catch(() => null);
    if (stats?.isDirectory() === true) folders.push({ ...parsed, folder: join(base, name) });
  }
  return folders.sort(byVersion);
}

/**
 * Whether a name that looks like a server file is one: a regular file, or a link to one inside
 * base. A file without an extension must be executable, or any note would be a server.
 */
export async function checkServerFile(base: string, file: ServerFile): Promise<ServerFileCheck> {
  const path = join(base, file.fileName);
  try {
    const own = await lstat(path);
    if (own.isSymbolicLink() && !(await leadsInside(base, path))) {
      return { kind: (await exists(path)) ? 'outside' : 'absent' };
    }
    const stats = own.isSymbolicLink() ? await stat(path) : own;
    if (!stats.isFile()) return { kind: 'other' };
    const mustExecute = file.extension === '';
    return mustExecute && (stats.mode & 0o111) === 0
      ? { kind: 'not-executable' }
      : { kind: 'file', stats };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { kind: 'absent' };
    throw error;
  }
}

/** The names in the base folder. Throws `BaseUnreadable`. */
export async function namesIn(base: string): Promise<string[]> {
  try {
    return await readdir(base);
  } catch (error) {
    throw BaseUnreadable.cannot('VILI_BASE_UNREADABLE', `read the base folder ${base}`, error);
  }
}

// Private

function byVersion(
  a: { version: string; name: string },
  b: { version: string; name: string },
): number {
  return compareVersions(a.version, b.version) || (a.name < b.name ? -1 : 1);
}
