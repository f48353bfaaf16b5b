import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { openRegular } from '../../base/state/regular-file.ts';
import { messageOf } from '../../errors.ts';
import { ArchiveFailed } from '../errors.ts';
import { type EntryType, type ZipRecord } from './folder-entries.ts';

const TYPE_MASK = 0o170000;
const FOLDER_MODE = 0o040000;
const LINK_MODE = 0o120000;
const MADE_BY_UNIX = 3;

/** An entry of a zip, with access to its content. */
export interface ReadEntry {
  /** The zip that has it, for errors. */
  readonly zipFile: string;
  readonly name: string;
  readonly type: EntryType;
  /** Size according to the central directory. */
  readonly size: number;
  readonly crc32: number;
  /** Permission bits; 0 when the zip records none. */
  readonly mode: number;
  readonly modified: Date;
  open(): Promise<Readable>;
}

/**
 * Passes every entry of a zip to `use`, one after the other. The reader rejects names that are
 * absolute or contain `..`. Throws `ArchiveFailed` for a zip that cannot be read.
 */
export async function readZip(
  zipFile: string,
  signal: AbortSignal,
  use: (entry: ReadEntry) => Promise<void>,
): Promise<void> {
  let zip: ZipFile | null = null;
  try {
    // Anything else could block the reader for ever.
    await (await openRegular(zipFile, { follow: true })).close();
    zip = await openPromise(zipFile, { autoClose: false });
    for await (const entry of zip.eachEntry()) await use(describe(zipFile, zip, entry));
  } catch (error) {
    if (error instanceof ArchiveFailed) throw error;
    signal.throwIfAborted();
    const text = `${zipFile} is not a readable zip: ${messageOf(error)}`;
    throw new ArchiveFailed('VILI_ARCHIVE_DAMAGED', text, { cause: error });
  } finally {
    zip?.close();
  }
}

/**
 * Reads an entry to its end, calls `use` for each chunk, and compares size and CRC-32 with the central
 * directory. Throws `ArchiveFailed` when they differ.
 */
export async function readContent(
  entry: ReadEntry,
  signal: AbortSignal,
  use?: (chunk: Buffer) => Promise<void>,
): Promise<ZipRecord> {
  let size = 0;
  let sum = 0;
  const stream = await entry.open();
  for await (const part of stream) {
    signal.throwIfAborted();
    const chunk = part as Buffer;
    size += chunk.length;
    if (size > entry.size) break;
    sum = crc32(chunk, sum);
    await use?.(chunk);
  }
  if (size !== entry.size || sum !== entry.crc32) {
    const rule = size === entry.size ? 'CRC-32 is wrong' : `${entry.size} bytes expected`;
    const text = `${entry.zipFile}: entry ${entry.name} is damaged: ${rule}`;
    throw new ArchiveFailed('VILI_ARCHIVE_DAMAGED', text);
  }
  return { name: entry.name, type: entry.type, size, crc32: sum };
}

/** The whole content of an entry, checked as by `readContent`. */
export async function readBytes(entry: ReadEntry, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await readContent(entry, signal, async (chunk) => void chunks.push(Buffer.from(chunk)));
  return Buffer.concat(chunks);
}

/**
 * The texts of the zip's entries that `wanted` accepts, by name, as many as fit into `maxBytes` together. Throws `ArchiveFailed` for a zip that cannot be read.
 */
export async function readTexts(
  zipFile: string,
  wanted: (name: string) => boolean,
  maxBytes: number,
): Promise<ReadonlyMap<string, string>> {
  const { signal } = new AbortController();
  const texts = new Map<string, string>();
  let leftBytes = maxBytes;
  await readZip(zipFile, signal, async (entry) => {
    if (entry.type !== 'file' || entry.size > leftBytes || !wanted(entry.name)) return;
    leftBytes -= entry.size;
    texts.set(entry.name, (await readBytes(entry, signal)).toString());
  });
  return texts;
}

// Private

function describe(zipFile: string, zip: ZipFile, entry: Entry): ReadEntry {
  const mode = entry.versionMadeBy >>> 8 === MADE_BY_UNIX ? entry.externalFileAttributes >>> 16 : 0;
  return {
    zipFile,
    name: entry.fileName.replace(/\/$/, ''),
    type: typeOf(entry, mode),
    size: entry.uncompressedSize,
    crc32: entry.crc32,
    mode: mode & 0o777,
    modified: entry.getLastModDate({ timezone: 'UTC' }),
    open: () => zip.openReadStreamPromise(entry),
  };
}

function typeOf(entry: Entry, mode: number): EntryType {
  if ((mode & TYPE_MASK) === LINK_MODE) return 'link';
  const isFolder = entry.fileName.endsWith('/') || (mode & TYPE_MASK) === FOLDER_MODE;
  return isFolder ? 'folder' : 'file';
}
