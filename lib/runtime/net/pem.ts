import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { messageOf } from '../../errors.ts';

/** A certificate with its whole chain, a key, or the authorities of a company: far less than this. */
export const PEM_MAX_BYTES = 1_048_576;

/** A pipe or a terminal in place of the file must not hold the reader. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
const UNIT = 1024;

/**
 * The text of a PEM file that a setting names; links are followed.
 * @throws Error whose message follows the name of the file: `cannot be read: …`, `is not a regular file`, `is larger
 * than 32 KiB`. No more than `maxBytes` are read, whatever the file is.
 */
export function readPem(file: string, maxBytes = PEM_MAX_BYTES): string {
  const descriptor = readable(() => openSync(file, FLAGS));
  try {
    if (!readable(() => fstatSync(descriptor)).isFile()) throw notRegular();
    const buffer = bufferFor(maxBytes);
    let length = 0;
    for (let more = -1; more !== 0 && length < buffer.length; length += more) {
      more = readable(() => readSync(descriptor, buffer, length, buffer.length - length, null));
    }
    return textOf(buffer, length, maxBytes);
  } finally {
    closeSync(descriptor);
  }
}

/** The same without waiting for a slow disk. */
export async function readPemLater(file: string, maxBytes = PEM_MAX_BYTES): Promise<string> {
  const handle = await open(file, FLAGS).catch(unreadable);
  try {
    if (!(await handle.stat().catch(unreadable)).isFile()) throw notRegular();
    const buffer = bufferFor(maxBytes);
    let length = 0;
    for (let more = -1; more !== 0 && length < buffer.length; length += more) {
      const read = await handle.read(buffer, length, buffer.length - length).catch(unreadable);
      more = read.bytesRead;
    }
    return textOf(buffer, length, maxBytes);
  } finally {
    await handle.close();
  }
}

// Private

/** One byte more than is allowed shows that the file is larger. */
function bufferFor(maxBytes: number): Buffer {
  return Buffer.allocUnsafe(maxBytes + 1);
}

function textOf(buffer: Buffer, length: number, maxBytes: number): string {
  if (length > maxBytes) throw new Error(`is larger than ${maxBytes / UNIT} KiB`);
  return buffer.toString('utf8', 0, length);
}

function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    return unreadable(error);
  }
}

function unreadable(cause: unknown): never {
  throw new Error(`cannot be read: ${messageOf(cause)}`, { cause });
}

function notRegular(): Error {
  return new Error('is not a regular file');
}
