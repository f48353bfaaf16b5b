import { constants, createWriteStream } from 'node:fs';
import { type FileHandle, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants as zlib, createGzip } from 'node:zlib';
import { withRights } from '../base/instance/remove-tree.ts';
import { namesOrNone, succeeds } from '../base/names/paths.ts';
import { tempPathOf } from '../base/state/atomic-file.ts';
import { openRegular, UnexpectedFile } from '../base/state/regular-file.ts';
import { codeOf } from '../errors.ts';

const TEMP_SUFFIX = '.tmp';
const CHUNK_BYTES = 256 * 1024;
/** Vili's own logs are for log shippers too; what a servlet prints may hold anything. */
const LOG_MODE = 0o640;
const OUTPUT_MODE = 0o600;
/** A service may write 500 MB/s; what it writes while its output is compressed is not limited. */
const OUTPUT_LEVEL = zlib.Z_BEST_SPEED;
/** Unit of `stats.blocks`, whatever the file system's own block size is. */
const BLOCK_BYTES = 512;
/** Time in a name: `vili.2026.11.22_08.52.58.123.log`, followed by `.gz` once compressed. */
const STAMP = String.raw`\d{4}\.\d\d\.\d\d_\d\d\.\d\d\.\d\d\.\d{3}`;

export interface RotateOptions {
  readonly file: string;
  /** The file is rotated once it has this many bytes. */
  readonly maxBytes: number;
  /** How many old files are kept, compressed. */
  readonly keep: number;
  readonly now: () => number;
}

export interface LogRotateOptions extends RotateOptions {
  /** Makes the writer reopen the file; after this resolves, nothing is written to the old one. */
  reopen(): Promise<void>;
}

export interface Rotated {
  /** The compressed old file; null when the file was not large enough. */
  readonly archive: string | null;
  /** Number of bytes that were not kept: those before the last `maxBytes`. */
  readonly lostBytes: number;
}

const NOT_ROTATED: Rotated = { archive: null, lostBytes: 0 };

/**
 * Rotates a log that Vili writes itself: renames it with the time in its name, has the writer reopen
 * the fixed name, compresses the old file and removes all but `keep`. An old file that a killed Vili
 * left uncompressed is compressed now. Throws Node's errors.
 */
export async function rotateLog(options: LogRotateOptions): Promise<Rotated> {
  const { file, maxBytes, keep, now } = options;
  await compressLeft(file);
  if ((await sizeOf(file)) < maxBytes) return NOT_ROTATED;
  const old = stampedName(file, now());
  await rename(file, old);
  try {
    await options.reopen();
    return { archive: keep > 0 ? await compress(old) : null, lostBytes: 0 };
  } finally {
    await removeOldest(file, keep);
  }
}

/**
 * Caps a file to which another process appends (a servlet's stdOut, opened with `>>`): the last
 * `maxBytes` are compressed beside it, then the file is truncated while the process keeps writing.
 * Output between the two steps is lost, as is what exceeds the cap, or everything when the disk is
 * full: disk use stays bounded by the cap, the compressed files and the output between two calls.
 * What counts is the space that the file takes: a writer that does not append leaves a hole, which takes none.
 * Throws Node's errors.
 */
export async function copyAndTruncate(options: RotateOptions): Promise<Rotated> {
  const { file, maxBytes, keep, now } = options;
  const handle = await openOutput(file);
  try {
    const stats = await handle?.stat();
    if (handle === null || stats === undefined) return NOT_ROTATED;
    const { size, blocks } = stats;
    // A small file may be stored without a block of its own.
    if (size < maxBytes || blocks * BLOCK_BYTES < maxBytes) return NOT_ROTATED;
    const start = Math.max(0, size - maxBytes);
    const archive = `${stampedName(file, now())}.gz`;
    const part = Readable.from(partOf(handle, start, size), { objectMode: false });
    const options = { mode: OUTPUT_MODE, level: OUTPUT_LEVEL };
    // The instance may be over when Vili starts again: with this name it is cleared then.
    const isKept = keep > 0 && (await succeeds(gzip(part, archive, options, tempPathOf(archive))));
    // Truncated even without space for the copy: a full disk would stop the servlets.
    await handle.truncate(0);
    await removeOldest(file, keep);
    return isKept ? { archive, lostBytes: start } : { archive: null, lostBytes: size };
  } finally {
    await handle?.close();
  }
}

// Private

/** Null when there is nothing to cut: the service may have put a link or a pipe in the place of its output. */
async function openOutput(file: string): Promise<FileHandle | null> {
  const open = (): Promise<FileHandle> => openRegular(file, { flags: constants.O_RDWR });
  try {
    return await withRights(Buffer.from(file), OUTPUT_MODE, open);
  } catch (error) {
    if (error instanceof UnexpectedFile || codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

async function* partOf(file: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  for (let at = start; at < end; ) {
    const length = Math.min(CHUNK_BYTES, end - at);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

function stampedName(file: string, nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().slice(0, -1);
  const text = stamp.replaceAll('-', '.').replaceAll(':', '.').replace('T', '_');
  return join(dirname(file), `${stem(file)}.${text}${extname(file)}`);
}

function stem(file: string): string {
  return basename(file, extname(file));
}

async function compress(old: string): Promise<string> {
  const file = await openRegular(old);
  await gzip(file.createReadStream(), `${old}.gz`, { mode: LOG_MODE });
  await rm(old);
  return `${old}.gz`;
}

async function gzip(
  from: Readable,
  to: string,
  { mode, level }: { readonly mode: number; readonly level?: number },
  temporary = `${to}${TEMP_SUFFIX}`,
): Promise<void> {
  try {
    await rm(temporary, { force: true });
    // Exclusive, so that no link of that name is written through.
    await pipeline(
      from,
      createGzip(level === undefined ? {} : { level }),
      createWriteStream(temporary, { flags: 'wx', mode }),
    );
    await rename(temporary, to);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** A file that cannot be compressed now (disk full) is tried again next time; `keep` counts it too. */
async function compressLeft(file: string): Promise<void> {
  for (const name of await oldFiles(file)) {
    const path = join(dirname(file), name);
    if (name.endsWith(TEMP_SUFFIX)) await rm(path, { force: true });
    else if (!name.endsWith('.gz')) await succeeds(compress(path));
  }
}

async function removeOldest(file: string, keep: number): Promise<void> {
  const names = await oldFiles(file);
  const over = names.slice(0, Math.max(0, names.length - keep));
  for (const name of over) await rm(join(dirname(file), name), { force: true });
}

/** Oldest first: the time in the name sorts as text. */
async function oldFiles(file: string): Promise<string[]> {
  const [before, after] = [`${stem(file)}.`, extname(file)].map(escaped);
  const pattern = new RegExp(`^${before}${STAMP}${after}(?:\\.gz)?(?:\\.tmp)?$`);
  const names = await namesOrNone(dirname(file));
  return names.filter((name) => pattern.test(name)).sort((a, b) => (a < b ? -1 : 1));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 0;
    throw error;
  }
}
