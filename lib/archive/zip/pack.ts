import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { syncFolder, tempPathOf } from '../../base/state/atomic-file.ts';
import { ArchiveFailed } from '../errors.ts';
import { linkTextOf, openEntry } from './entry-content.ts';
import { type FolderEntry, walkFolder, type ZipRecord } from './folder-entries.ts';
import { readContent, readZip } from './reader.ts';
import { entryNameOf, writeZip } from './writer.ts';

/** zlib's fastest level: version folders hold jars (already compressed) and logs (compress well anyway). */
const DEFAULT_LEVEL = 1;

/** A complete and verified zip. */
export interface Packed {
  readonly entries: number;
  /** Size of the zip file. */
  readonly bytes: number;
}

/**
 * Packs a folder into `zipFile`: written under a temporary name, read back and compared with the
 * input, and only then renamed, replacing any older file. `level` is zlib's, 0 to 9. Throws
 * `ArchiveFailed` or the signal's reason; nothing is then left behind.
 */
export async function packFolder(
  folder: string,
  zipFile: string,
  signal: AbortSignal,
  level: number = DEFAULT_LEVEL,
): Promise<Packed> {
  const temporary = tempPathOf(zipFile);
  try {
    const written = await writeZip(folder, temporary, level, signal);
    const packed = await verifyZip(temporary, written, signal);
    await syncFile(temporary);
    await rename(temporary, zipFile);
    await syncFolder(dirname(zipFile));
    return packed;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    signal.throwIfAborted();
    if (error instanceof ArchiveFailed) throw error;
    throw ArchiveFailed.cannot('VILI_ARCHIVE_FAILED', `pack ${folder} into ${zipFile}`, error);
  }
}

/**
 * Reads every entry of a zip to its end, checks size and CRC-32, and compares the entries with the
 * expected ones: the records of `writeZip`, or the present content of a folder. Throws `ArchiveFailed`.
 */
export async function verifyZip(
  zipFile: string,
  expected: string | readonly ZipRecord[],
  signal: AbortSignal = new AbortController().signal,
): Promise<Packed> {
  const wanted = typeof expected === 'string' ? await recordsOf(expected, signal) : expected;
  const missing = new Map(wanted.map((record) => [record.name, record]));
  if (missing.size !== wanted.length) throw damaged(zipFile, 'two entries have the same name');
  let entries = 0;
  await readZip(zipFile, signal, async (entry) => {
    const found = await readContent(entry, signal);
    const record = missing.get(found.name);
    if (record === undefined) throw damaged(zipFile, `unexpected or repeated entry ${found.name}`);
    if (!isSame(record, found)) throw damaged(zipFile, `entry ${found.name} has other content`);
    missing.delete(found.name);
    entries += 1;
  });
  const [first] = missing.keys();
  if (first !== undefined) throw damaged(zipFile, `entry ${first} is missing`);
  return { entries, bytes: (await stat(zipFile)).size };
}

// Private

function damaged(zipFile: string, rule: string): ArchiveFailed {
  return new ArchiveFailed('VILI_ARCHIVE_DAMAGED', `${zipFile}: ${rule}`);
}

function isSame(a: ZipRecord, b: ZipRecord): boolean {
  return a.type === b.type && a.size === b.size && a.crc32 === b.crc32;
}

async function recordsOf(folder: string, signal: AbortSignal): Promise<ZipRecord[]> {
  const records: ZipRecord[] = [];
  for await (const entry of walkFolder(folder)) records.push(await recordOf(entry, signal));
  return records;
}

async function recordOf(entry: FolderEntry, signal: AbortSignal): Promise<ZipRecord> {
  const name = entryNameOf(entry.name);
  if (entry.type === 'folder') return { name, type: 'folder', size: 0, crc32: 0 };
  if (entry.type === 'link') {
    const target = await linkTextOf(entry.path);
    return { name, type: 'link', size: Buffer.byteLength(target), crc32: crc32(target) };
  }
  const file = await openEntry(entry.path);
  if (file === null) throw damaged(entry.name, 'is no longer a regular file');
  let size = 0;
  let sum = 0;
  for await (const part of file.createReadStream({ signal })) {
    const chunk = part as Buffer;
    size += chunk.length;
    sum = crc32(chunk, sum);
  }
  return { name, type: 'file', size, crc32: sum };
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
