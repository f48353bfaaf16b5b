import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { ZipArchive } from 'archiver';
import { ArchiveFailed } from '../errors.ts';
import { linkTextOf, openEntry } from './entry-content.ts';
import { type FolderEntry, unlessVanished, walkFolder, type ZipRecord } from './folder-entries.ts';

const CHUNK_BYTES = 256 * 1024;

/**
 * Writes everything in `folder` to a new zip file and returns what was written. Links are stored as
 * links. A file that grows is stored up to its initial length, a file that shrinks or changes as it
 * was read, and a file that vanishes is omitted. Throws `ArchiveFailed`, or the signal's reason.
 */
export async function writeZip(
  folder: string,
  zipFile: string,
  level: number,
  signal: AbortSignal,
): Promise<ZipRecord[]> {
  const zip = new ZipArchive({ zlib: { level }, statConcurrency: 1 });
  const out = createWriteStream(zipFile, { flags: 'wx', mode: 0o600 });
  const failed = new AbortController();
  const fail = (error: unknown): void => failed.abort(error);
  zip.on('error', fail).on('warning', fail);
  out.on('error', fail);
  zip.pipe(out);
  const stop = AbortSignal.any([signal, failed.signal]);
  try {
    const records: ZipRecord[] = [];
    for await (const entry of walkFolder(folder)) {
      stop.throwIfAborted();
      const record = await addEntry({ zip, stop, fail }, entry);
      if (record !== null) records.push(record);
    }
    stop.throwIfAborted();
    const written = finished(out, { signal: stop });
    await Promise.all([zip.finalize(), written]);
    return records;
  } catch (error) {
    zip.abort();
    zip.destroy();
    out.destroy();
    if (!out.closed) await once(out, 'close').catch(() => undefined);
    signal.throwIfAborted();
    throw asArchiveFailed(error, zipFile);
  }
}

/** The name of an entry in the zip. archiver drops a leading `c:`, so something precedes it. */
export function entryNameOf(name: string): string {
  return /^\w+:/.test(name) ? `./${name}` : name;
}

// Private

interface Writing {
  readonly zip: ZipArchive;
  readonly stop: AbortSignal;
  /** Ends the writing; for errors that arrive as events. */
  fail(error: unknown): void;
}

async function addEntry(writing: Writing, entry: FolderEntry): Promise<ZipRecord | null> {
  const name = entryNameOf(entry.name);
  const { mode, mtime } = entry.stats;
  if (entry.type === 'folder') {
    await appended(writing, (zip) => {
      zip.append('', { name: `${name}/`, type: 'directory', mode, date: mtime });
    });
    return { name, type: 'folder', size: 0, crc32: 0 };
  }
  if (entry.type === 'link') return await addLink(writing, entry);
  return await addFile(writing, entry);
}

async function addLink(writing: Writing, entry: FolderEntry): Promise<ZipRecord | null> {
  const target = await unlessVanished(entry.path, () => linkTextOf(entry.path));
  if (target === null) return null;
  const name = entryNameOf(entry.name);
  await appended(writing, (zip) => void zip.symlink(name, target));
  return { name, type: 'link', size: Buffer.byteLength(target), crc32: crc32(target) };
}

async function addFile(writing: Writing, entry: FolderEntry): Promise<ZipRecord | null> {
  const file = await unlessVanished(entry.path, () => openEntry(entry.path));
  if (file === null) return null;
  const { size, mode, mtime } = await file.stat();
  const name = entryNameOf(entry.name);
  const content = new Content(file, size);
  const stream = Readable.from(content.chunks(writing.stop), { objectMode: false });
  // archiver does not listen for errors of a stream it is given; unhandled, they would end the process.
  stream.on('error', (error) => writing.fail(error));
  try {
    await appended(writing, (zip) => void zip.append(stream, { name, mode, date: mtime }));
    return { name, type: 'file', size: content.size, crc32: content.crc32 };
  } finally {
    stream.destroy();
    await file.close();
  }
}

/** Adds one entry and waits until it is in the zip: entries are written one at a time. */
async function appended(writing: Writing, add: (zip: ZipArchive) => void): Promise<void> {
  const done = once(writing.zip, 'entry', { signal: writing.stop });
  add(writing.zip);
  await done;
}

/** The bytes of a file as they are read, with their count and CRC-32. */
class Content {
  size = 0;
  crc32 = 0;
  readonly #file: FileHandle;
  readonly #limit: number;

  constructor(file: FileHandle, limit: number) {
    this.#file = file;
    this.#limit = limit;
  }

  async *chunks(stop: AbortSignal): AsyncGenerator<Buffer> {
    while (this.size < this.#limit) {
      stop.throwIfAborted();
      const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, this.#limit - this.size));
      const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, this.size);
      if (bytesRead === 0) return;
      const chunk = buffer.subarray(0, bytesRead);
      this.size += bytesRead;
      this.crc32 = crc32(chunk, this.crc32);
      yield chunk;
    }
  }
}

function asArchiveFailed(error: unknown, zipFile: string): ArchiveFailed {
  const cause = error instanceof Error && error.name === 'AbortError' ? error.cause : error;
  if (cause instanceof ArchiveFailed) return cause;
  return ArchiveFailed.cannot('VILI_ARCHIVE_FAILED', `write ${zipFile}`, cause);
}
