import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { codeOf, messageOf } from '../../lib/errors.ts';

/** Far more than any settings need; a larger file was not meant. */
export const MAX_FILE_BYTES = 256 * 1024;

const LINE_FEED = 10;

/** The text of a settings file, why it cannot be used, or that it does not exist. */
export type TextFile =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'problem'; readonly line: number | null; readonly text: string };

/**
 * Reads a small UTF-8 file. Never throws and never blocks: a pipe or a device in its place is a
 * problem and is not read.
 */
export function readTextFile(path: string, maxBytes = MAX_FILE_BYTES): TextFile {
  try {
    return decode(readBytes(path, maxBytes), maxBytes);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { kind: 'missing' };
    return problem(`cannot be read: ${reasonOf(error)}`);
  }
}

// Private

function readBytes(path: string, maxBytes: number): Buffer | string {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(descriptor);
    if (stat.isDirectory()) return 'is a folder, not a file';
    if (!stat.isFile()) return 'is not a regular file';
    const bytes = Buffer.alloc(maxBytes + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(descriptor, bytes, length, bytes.length - length, null);
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

function decode(bytes: Buffer | string, maxBytes: number): TextFile {
  if (typeof bytes === 'string') return problem(bytes);
  if (bytes.length > maxBytes) return problem(`is larger than ${maxBytes} bytes`);
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return problem('is not UTF-8 text. Save it as UTF-8', lineOfBadByte(bytes));
  }
}

/** Decodes line by line, since a decoder does not report its position; no character spans two lines. */
function lineOfBadByte(bytes: Buffer): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const feed = bytes.indexOf(LINE_FEED, start);
    const end = feed < 0 ? bytes.length : feed + 1;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    start = end;
  }
  return line;
}

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code === 'EACCES' || code === 'EPERM') return 'no permission';
  if (code === 'ELOOP') return 'its links form a loop';
  return code ?? messageOf(error);
}

function problem(text: string, line: number | null = null): TextFile {
  return { kind: 'problem', line, text };
}
