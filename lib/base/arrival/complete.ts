import type { FileHandle } from 'node:fs/promises';
import { extname } from 'node:path';
import { openRegular } from '../state/regular-file.ts';

/** Files in zip format; their end record shows that they have arrived completely. */
const ZIP_TYPES = new Set(['.jar', '.zip', '.war', '.ear']);
const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_RECORD = 0x06054b50;
const END64_RECORD = 0x06064b50;
const END64_LOCATOR = 0x07064b50;
const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const END64_BYTES = 56;
const MAX_COMMENT_BYTES = 0xffff;
const IN_END64 = 0xffffffff;

/** Position of the central directory according to an end record. */
interface Directory {
  readonly entries: number;
  readonly bytes: number;
  readonly offset: number;
  /** Where the directory must end: at the first end record. */
  readonly end: number;
}

/**
 * Whether a file has arrived completely. A jar or zip has if its end-of-central-directory record
 * (APPNOTE 4.3.16) is present and agrees with the rest of the file; at most 64 KiB from the end and
 * a few headers are read. Other file types have no such mark: true. `type` overrides the extension
 * for a file with a temporary name. Throws when the file cannot be read.
 */
export async function isComplete(path: string, type: string = extname(path)): Promise<boolean> {
  if (!ZIP_TYPES.has(type.toLowerCase())) return true;
  const file = await openRegular(path, { follow: true });
  try {
    const { size } = await file.stat();
    return await isCompleteZip(file, size);
  } finally {
    await file.close();
  }
}

// Private

async function isCompleteZip(file: FileHandle, size: number): Promise<boolean> {
  if (size < END_BYTES) return false;
  const length = Math.min(size, END_BYTES + MAX_COMMENT_BYTES + LOCATOR_BYTES);
  const start = size - length;
  const tail = await readAt(file, start, length);
  for (let at = tail.length - END_BYTES; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== END_RECORD) continue;
    const commentEnd = at + END_BYTES + tail.readUInt16LE(at + 20);
    if (commentEnd > tail.length) continue;
    const directory = await directoryOf(file, tail, at, start);
    if (directory !== null && (await isConsistent(file, directory))) return true;
  }
  return false;
}

async function directoryOf(
  file: FileHandle,
  tail: Buffer,
  at: number,
  start: number,
): Promise<Directory | null> {
  const small: Directory = {
    entries: tail.readUInt16LE(at + 10),
    bytes: tail.readUInt32LE(at + 12),
    offset: tail.readUInt32LE(at + 16),
    end: start + at,
  };
  const isLarge = small.bytes === IN_END64 || small.offset === IN_END64 || small.entries === 0xffff;
  const locator = at - LOCATOR_BYTES;
  if (!isLarge || locator < 0 || tail.readUInt32LE(locator) !== END64_LOCATOR) return small;
  const position = Number(tail.readBigUInt64LE(locator + 8));
  if (!Number.isSafeInteger(position)) return null;
  const record = await readAt(file, position, END64_BYTES);
  if (record.length < END64_BYTES || record.readUInt32LE(0) !== END64_RECORD) return null;
  return {
    entries: Number(record.readBigUInt64LE(32)),
    bytes: Number(record.readBigUInt64LE(40)),
    offset: Number(record.readBigUInt64LE(48)),
    end: position,
  };
}

/**
 * The directory and the first entry begin where the record says. A script may precede a zip and
 * shift both; but a file that begins with an entry must not be shifted, or a jar cut off right
 * after another jar inside it would pass as complete.
 */
async function isConsistent(file: FileHandle, directory: Directory): Promise<boolean> {
  const begin = directory.end - directory.bytes;
  const shift = begin - directory.offset;
  if (!Number.isSafeInteger(shift) || begin < 0 || shift < 0) return false;
  if (shift > 0 && (await signatureAt(file, 0)) === LOCAL_HEADER) return false;
  if (directory.entries === 0) return directory.bytes === 0;
  const header = await readAt(file, begin, 46);
  if (header.length < 46 || header.readUInt32LE(0) !== CENTRAL_HEADER) return false;
  const first = header.readUInt32LE(42);
  if (first === IN_END64) return true;
  return (await signatureAt(file, shift + first)) === LOCAL_HEADER;
}

async function signatureAt(file: FileHandle, position: number): Promise<number> {
  const bytes = await readAt(file, position, 4);
  return bytes.length === 4 ? bytes.readUInt32LE(0) : 0;
}

/** Up to `length` bytes; fewer where the file ends. */
async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
