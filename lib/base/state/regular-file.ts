import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { codeOf, ViliError } from '../../errors.ts';

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;
/** A pipe in place of the file must not hold the reader, a terminal not become Vili's. */
const SAFE_FLAGS = O_NONBLOCK | O_NOCTTY;

/**
 * `code`: VILI_NOT_A_FILE (a link, pipe, folder or device has the name of a file), VILI_FILE_TOO_LARGE. Node's own
 * errors, as for an absent file, are thrown as they are.
 */
export class UnexpectedFile extends ViliError {}

export interface OpenRules {
  /** `O_RDONLY` by default. */
  readonly flags?: number;
  /** Links are followed: for files that only the operator names. */
  readonly follow?: boolean;
}

/**
 * Opens a regular file. This is how Vili reads what a service can write: whatever the service puts in its place, a link
 * to a file elsewhere or a pipe that never ends, neither leads elsewhere nor blocks. Throws `UnexpectedFile`.
 */
export async function openRegular(path: string, rules: OpenRules = {}): Promise<FileHandle> {
  const file = await open(path, flagsOf(rules)).catch((error: unknown) => {
    throw asUnexpected(path, error);
  });
  try {
    if ((await file.stat()).isFile()) return file;
    throw notAFile(path);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The bytes of a regular file of at most `maxBytes`. Throws `UnexpectedFile`. */
export async function readRegular(
  path: string,
  maxBytes: number,
  rules: OpenRules = {},
): Promise<Buffer> {
  const file = await openRegular(path, rules);
  try {
    // One byte more shows that the file is larger, also when it grows meanwhile.
    const size = Math.min((await file.stat()).size, maxBytes) + 1;
    const buffer = Buffer.alloc(size);
    let length = 0;
    while (length < size) {
      const { bytesRead } = await file.read(buffer, length, size - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    if (length > maxBytes) throw tooLarge(path, maxBytes);
    return buffer.subarray(0, length);
  } finally {
    await file.close();
  }
}

/** The same, synchronously. */
export function readRegularSync(path: string, maxBytes: number): Buffer {
  let descriptor: number;
  try {
    descriptor = openSync(path, flagsOf({}));
  } catch (error) {
    throw asUnexpected(path, error);
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw notAFile(path);
    const buffer = Buffer.alloc(Math.min(stats.size, maxBytes) + 1);
    const length = readSync(descriptor, buffer, 0, buffer.length, 0);
    if (length > maxBytes) throw tooLarge(path, maxBytes);
    return buffer.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

/** Whether `path` itself is a folder: a link to one would lead elsewhere. */
export async function isOwnFolder(path: string): Promise<boolean> {
  return await lstat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

// Private

function flagsOf({ flags = O_RDONLY, follow = false }: OpenRules): number {
  return flags | SAFE_FLAGS | (follow ? 0 : O_NOFOLLOW);
}

/** ELOOP: a link; ENXIO: a socket, or a pipe that nobody reads. */
function asUnexpected(path: string, error: unknown): unknown {
  return ['ELOOP', 'ENXIO', 'EISDIR'].includes(codeOf(error) ?? '') ? notAFile(path) : error;
}

function notAFile(path: string): UnexpectedFile {
  return new UnexpectedFile('VILI_NOT_A_FILE', `${path} is not a regular file`);
}

function tooLarge(path: string, maxBytes: number): UnexpectedFile {
  return new UnexpectedFile('VILI_FILE_TOO_LARGE', `${path} is larger than ${maxBytes} bytes`);
}
