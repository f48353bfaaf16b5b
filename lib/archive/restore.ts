import { constants } from 'node:fs';
import { chmod, lstat, mkdir, open, rename, rm, symlink, utimes } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { isInside } from '../base/names/paths.ts';
import { syncFolder, tempPathOf } from '../base/state/atomic-file.ts';
import { messageOf } from '../errors.ts';
import { ArchiveFailed } from './zip/folder-entries.ts';
import { type ReadEntry, readContent, readZip } from './zip/reader.ts';

const MAX_LINK_BYTES = 4096;
const MAX_ENTRIES = 1_000_000;
const MAX_BYTES = 64 * 1024 ** 3;
const FILE_MODE = 0o640;
const FOLDER_MODE = 0o750;
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

export interface RestoreOptions {
  readonly signal?: AbortSignal;
  /** Unpacked bytes; more is refused. Default 64 GiB. */
  readonly maxBytes?: number;
  /** Default one million. */
  readonly maxEntries?: number;
}

export interface Restored {
  readonly entries: number;
  readonly bytes: number;
  /** Links that lead out of the folder: not made. */
  readonly skipped: readonly string[];
}

/**
 * Unpacks an archive to `folder`, which must not exist: all of it, checked, or nothing. Nothing is
 * written outside: bad names are refused, links are made last and only when they stay inside
 * (absolute ones are understood as links of `folder` itself). Throws `ArchiveFailed`.
 */
export async function restoreVersion(
  zipFile: string,
  folder: string,
  options: RestoreOptions = {},
): Promise<Restored> {
  const target = resolve(folder);
  const aside = tempPathOf(target);
  try {
    await refuseExisting(target);
    await mkdir(aside, { mode: FOLDER_MODE });
    const restored = await unpack(zipFile, { ...options, aside, target });
    await rename(aside, target);
    await syncFolder(dirname(target));
    return restored;
  } catch (error) {
    await rm(aside, { recursive: true, force: true }).catch(() => undefined);
    options.signal?.throwIfAborted();
    if (error instanceof ArchiveFailed) throw error;
    const text = `cannot restore ${zipFile} to ${target}: ${messageOf(error)}`;
    throw new ArchiveFailed('VILI_ARCHIVE_FAILED', text, { cause: error });
  }
}

// Private

interface Unpacking extends RestoreOptions {
  readonly aside: string;
  readonly target: string;
}

interface Link {
  readonly name: string;
  readonly to: string;
}

async function unpack(zipFile: string, unpacking: Unpacking): Promise<Restored> {
  const { aside, maxBytes = MAX_BYTES, maxEntries = MAX_ENTRIES } = unpacking;
  const signal = unpacking.signal ?? new AbortController().signal;
  const links: Link[] = [];
  const folders: { readonly path: string; readonly mode: number }[] = [];
  let entries = 0;
  let bytes = 0;
  await readZip(zipFile, signal, async (entry) => {
    entries += 1;
    bytes += entry.size;
    if (entries > maxEntries || bytes > maxBytes) throw tooLarge(zipFile, maxEntries, maxBytes);
    const path = placeOf(aside, entry.name);
    if (path === aside) return;
    await mkdir(entry.type === 'folder' ? path : dirname(path), {
      recursive: true,
      mode: FOLDER_MODE,
    });
    if (entry.type === 'folder') folders.push({ path, mode: entry.mode || FOLDER_MODE });
    else if (entry.type === 'link')
      links.push({ name: entry.name, to: await linkText(entry, signal) });
    else await writeEntry(entry, path, signal);
  });
  const skipped: string[] = [];
  for (const link of links) if (!(await makeLink(link, unpacking))) skipped.push(link.name);
  for (const each of folders.toReversed()) await chmod(each.path, each.mode);
  return { entries: entries - skipped.length, bytes, skipped };
}

/** The reader refuses such names too; this must not depend on it. */
function placeOf(aside: string, name: string): string {
  const path = resolve(aside, name);
  if (isInside(aside, path) && !name.includes('\0')) return path;
  throw new ArchiveFailed('VILI_ARCHIVE_UNSAFE', `entry ${name} would be written outside`);
}

async function writeEntry(entry: ReadEntry, path: string, signal: AbortSignal): Promise<void> {
  const file = await open(path, NEW_FILE, 0o600);
  try {
    await readContent(entry, signal, (chunk) => file.writeFile(chunk));
    await file.chmod(entry.mode || FILE_MODE);
    await file.sync();
  } finally {
    await file.close();
  }
  await utimes(path, entry.modified, entry.modified);
}

async function linkText(entry: ReadEntry, signal: AbortSignal): Promise<string> {
  if (entry.size > MAX_LINK_BYTES) {
    throw new ArchiveFailed('VILI_ARCHIVE_UNSAFE', `link ${entry.name} is too long`);
  }
  const chunks: Buffer[] = [];
  await readContent(entry, signal, async (chunk) => void chunks.push(Buffer.from(chunk)));
  return Buffer.concat(chunks).toString();
}

async function makeLink(link: Link, unpacking: Unpacking): Promise<boolean> {
  const { aside, target } = unpacking;
  const place = join(target, link.name);
  if (!isInside(target, resolve(dirname(place), link.to)) || link.to.includes('\0')) return false;
  await symlink(link.to, join(aside, relative(target, place)));
  return true;
}

async function refuseExisting(target: string): Promise<void> {
  const stats = await lstat(target).catch(() => null);
  if (stats === null) return;
  const text = `cannot restore ${basename(target)}: ${target} exists`;
  throw new ArchiveFailed('VILI_ARCHIVE_FAILED', text);
}

function tooLarge(zipFile: string, maxEntries: number, maxBytes: number): ArchiveFailed {
  const text = `${zipFile} unpacks to more than ${maxEntries} entries or ${maxBytes} bytes`;
  return new ArchiveFailed('VILI_ARCHIVE_TOO_LARGE', text);
}
