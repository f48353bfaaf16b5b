import { constants } from 'node:fs';
import { chmod, lstat, mkdir, open, rename, symlink, utimes } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { removeTree } from '../base/instance/remove-tree.ts';
import { isInside } from '../base/names/paths.ts';
import { syncFolder, tempPathOf } from '../base/state/atomic-file.ts';
import { codeOf } from '../errors.ts';
import { ArchiveFailed } from './errors.ts';
import { nameOfText } from './zip/names.ts';
import { type ReadEntry, readBytes, readContent, readZip } from './zip/reader.ts';

/** Of its text, in which a byte takes up to three characters. */
const MAX_LINK_BYTES = 3 * 4096;
/** PATH_MAX of Linux. */
const MAX_PATH_BYTES = 4096;
const MAX_ENTRIES = 1_000_000;
const MAX_BYTES = 64 * 1024 ** 3;
const FILE_MODE = 0o640;
const FOLDER_MODE = 0o750;
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

export interface RestoreOptions {
  readonly signal?: AbortSignal;
  /** Limit of unpacked bytes; default 64 GiB. */
  readonly maxBytes?: number;
  /** Limit of entries; default one million. */
  readonly maxEntries?: number;
}

export interface Restored {
  readonly entries: number;
  readonly bytes: number;
  /** Links that would lead out of the folder and were not made. */
  readonly skipped: readonly string[];
}

/**
 * Unpacks an archive to `folder`, which must not exist: all of it, verified, or nothing. Nothing is
 * written outside: unsafe names are rejected, and links are made last and only if they stay inside
 * (absolute targets are resolved as if inside `folder` itself). Throws `ArchiveFailed`.
 */
export async function restoreVersion(
  zipFile: string,
  folder: string,
  options: RestoreOptions = {},
): Promise<Restored> {
  const target = resolve(folder);
  const temporary = tempPathOf(target);
  try {
    if ((await lstat(target).catch(() => null)) !== null) {
      const text = `cannot restore ${basename(target)}: ${target} exists`;
      throw new ArchiveFailed('VILI_ARCHIVE_FAILED', text);
    }
    await mkdir(temporary, { mode: FOLDER_MODE });
    const restored = await unpack(zipFile, { ...options, temporary, target });
    await rename(temporary, target);
    await syncFolder(dirname(target));
    return restored;
  } catch (error) {
    await removeTree(temporary).catch(() => undefined);
    options.signal?.throwIfAborted();
    if (error instanceof ArchiveFailed) throw error;
    const action = `restore ${zipFile} to ${target}`;
    throw ArchiveFailed.cannot('VILI_ARCHIVE_FAILED', action, error);
  }
}

// Private

/** Paths are bytes: in a `BytePath` each character stands for one, so that Node's path functions apply. */
type BytePath = string;

interface Unpacking extends RestoreOptions {
  readonly temporary: string;
  readonly target: string;
}

interface Link {
  /** The name of the entry. */
  readonly name: string;
  readonly path: BytePath;
  readonly to: BytePath;
}

async function unpack(zipFile: string, unpacking: Unpacking): Promise<Restored> {
  const { maxBytes = MAX_BYTES, maxEntries = MAX_ENTRIES } = unpacking;
  const temporary = bytePath(Buffer.from(unpacking.temporary));
  const signal = unpacking.signal ?? new AbortController().signal;
  const links: Link[] = [];
  const folders: { readonly path: BytePath; readonly mode: number }[] = [];
  let entries = 0;
  let bytes = 0;
  await readZip(zipFile, signal, async (entry) => {
    entries += 1;
    bytes += entry.size;
    if (entries > maxEntries || bytes > maxBytes) {
      const text = `${zipFile} unpacks to more than ${maxEntries} entries or ${maxBytes} bytes`;
      throw new ArchiveFailed('VILI_ARCHIVE_TOO_LARGE', text);
    }
    const path = placeOf(temporary, entry);
    if (path === temporary) return;
    const { name, type } = entry;
    const parent = type === 'folder' ? path : dirname(path);
    await makeFolders(temporary, parent);
    if (type === 'folder') folders.push({ path, mode: entry.mode || FOLDER_MODE });
    else if (type === 'link') links.push({ name, path, to: await linkText(entry, signal) });
    else await writeEntry(entry, path, signal);
  });
  const skipped: string[] = [];
  for (const link of links) if (!(await makeLink(link, unpacking))) skipped.push(link.name);
  for (const each of folders.toReversed()) await chmod(bytesOf(each.path), each.mode);
  return { entries: entries - skipped.length, bytes, skipped };
}

function bytePath(bytes: Buffer): BytePath {
  return bytes.toString('latin1');
}

function bytesOf(path: BytePath): Buffer {
  return Buffer.from(path, 'latin1');
}

/** The reader rejects unsafe names too, but not what is behind a `%`. */
function placeOf(temporary: BytePath, { name, zipFile }: ReadEntry): BytePath {
  const path = resolve(temporary, bytePath(nameOfText(name)));
  if (isInside(temporary, path) && !path.includes('\0')) return path;
  const text = `${zipFile}: entry ${name} would be written outside`;
  throw new ArchiveFailed('VILI_ARCHIVE_UNSAFE', text);
}

/** One by one: Node's own recursion takes a path for UTF-8. */
async function makeFolders(temporary: BytePath, folder: BytePath): Promise<void> {
  if (folder === temporary) return;
  await makeFolders(temporary, dirname(folder));
  await mkdir(bytesOf(folder), { mode: FOLDER_MODE }).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
}

async function writeEntry(entry: ReadEntry, path: BytePath, signal: AbortSignal): Promise<void> {
  const file = await open(bytesOf(path), NEW_FILE, 0o600);
  try {
    await readContent(entry, signal, (chunk) => file.writeFile(chunk));
    await file.chmod(entry.mode || FILE_MODE);
    await file.sync();
  } finally {
    await file.close();
  }
  await utimes(bytesOf(path), entry.modified, entry.modified);
}

async function linkText(entry: ReadEntry, signal: AbortSignal): Promise<BytePath> {
  const text = entry.size > MAX_LINK_BYTES ? null : await readBytes(entry, signal);
  const name = text === null ? null : nameOfText(text.toString());
  if (name !== null && name.length < MAX_PATH_BYTES) return bytePath(name);
  const rule = `${entry.zipFile}: link ${entry.name} is too long`;
  throw new ArchiveFailed('VILI_ARCHIVE_UNSAFE', rule);
}

async function makeLink(link: Link, unpacking: Unpacking): Promise<boolean> {
  const [temporary, target] = [unpacking.temporary, unpacking.target].map((path) =>
    bytePath(Buffer.from(path)),
  ) as [BytePath, BytePath];
  const place = join(target, relative(temporary, link.path));
  if (!isInside(target, resolve(dirname(place), link.to)) || link.to.includes('\0')) return false;
  await symlink(bytesOf(link.to), bytesOf(link.path));
  return true;
}
