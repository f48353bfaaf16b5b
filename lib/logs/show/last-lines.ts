import { setImmediate as breathe } from 'node:timers/promises';
import { codeOf } from '../../errors.ts';
import type { LinesWanted, ShownLine } from '../../model/logs/shown-line.ts';
import type { LogOffset } from '../follow/batch.ts';
import { openLog } from '../follow/open-log.ts';
import { FOLLOW_LIMITS } from '../follow/protocol.ts';
import { type FoundLine, LineReader, type ShowOptions } from './line-reader.ts';

/** Of each file, from its end, that is searched for wanted lines. */
const SEARCHED_BYTES = 1_048_576;
/** Lines are read or masked for so long in a row: users' requests come in between. */
const SLICE_MS = 1;

/** One file of a log: where it is, and what people know it as. */
export interface LogFile {
  readonly path: string;
  readonly name: string;
}

export interface LastLines {
  readonly lines: readonly ShownLine[];
  /** Where each file that exists was read to, by its path: the start of a line. */
  readonly offsets: ReadonlyMap<string, LogOffset>;
  /** False when a file has more than was searched, which may have had wanted lines. */
  readonly isWhole: boolean;
}

/**
 * The newest lines that are wanted, those of several files by their time. With `isFollowed` a last line without an end
 * is left to whoever goes on reading. Files that do not exist have no lines. Throws the file system's errors, and
 * ViliError `VILI_LOG_NOT_A_FILE`.
 */
export async function lastLines(
  files: readonly LogFile[],
  wanted: LinesWanted,
  options: ShowOptions,
  isFollowed: boolean,
): Promise<LastLines> {
  const offsets = new Map<string, LogOffset>();
  let isWhole = true;
  const found: { readonly line: FoundLine; readonly reader: LineReader }[] = [];
  for (const { path, name } of files) {
    const end = await endOf(path, isFollowed);
    if (end === null) continue;
    offsets.set(path, end.offset);
    const reader = new LineReader(name, wanted, options);
    const own: FoundLine[] = [];
    await inSlices(end.lines, (text) => {
      const line = reader.find(text);
      if (line !== null) own.push(line);
    });
    // Nothing older than the newest lines of a file can be among those of all.
    const newest = own.slice(-wanted.limit);
    isWhole &&= end.isWhole || own.length > newest.length;
    found.push(...newest.map((line) => ({ line, reader })));
  }
  if (files.length > 1) found.sort((a, b) => (a.line.atMs ?? 0) - (b.line.atMs ?? 0));
  const lines: ShownLine[] = [];
  await inSlices(found.slice(-wanted.limit), ({ line, reader }) => lines.push(reader.show(line)));
  return { lines, offsets, isWhole };
}

/** Calls `take` for each item, and lets others run now and then. */
export async function inSlices<T>(items: readonly T[], take: (item: T) => unknown): Promise<void> {
  let sinceMs = performance.now();
  for (const item of items) {
    if (performance.now() - sinceMs > SLICE_MS) {
      await breathe();
      sinceMs = performance.now();
    }
    take(item);
  }
}

// Private

interface End {
  readonly lines: readonly string[];
  readonly offset: LogOffset;
  readonly isWhole: boolean;
}

/** The last lines of a file; null when there is none. */
async function endOf(path: string, isFollowed: boolean): Promise<End | null> {
  const file = await openLog(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null;
    throw error;
  });
  if (file === null) return null;
  try {
    const { size, ino } = await file.stat();
    const start = Math.max(0, size - SEARCHED_BYTES);
    const buffer = Buffer.alloc(size - start);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
    const bytes = buffer.subarray(0, bytesRead);
    const first = start === 0 ? 0 : bytes.indexOf(0x0a) + 1;
    const last = bytes.lastIndexOf(0x0a) + 1;
    const text = bytes.toString('utf8', first, isFollowed ? last : bytesRead);
    const lines = text.split('\n').map(readable);
    return { lines, offset: { inode: ino, position: start + last }, isWhole: start === 0 };
  } finally {
    await file.close();
  }
}

/** What of a line is read when it is too long to be kept elsewhere, too. */
function readable(line: string): string {
  return line.length > FOLLOW_LIMITS.maxLineBytes ? line.slice(0, 1000) : line;
}
