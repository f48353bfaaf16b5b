import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { attempt, codeOf, ViliError } from '../../errors.ts';
import type { HistoryEntry } from '../../model/history.ts';
import { missingLineEnd, writeFileAtomic } from './atomic-file.ts';

/** Entries that wait for room, the newest; a full disk lasts for hours, and hardly anything happens meanwhile. */
const WAITING_MAX = 1000;
/** The file is cut back to `maxEntries` once it exceeds that by this share, not at each entry. */
const SLACK = 0.25;

/** `code` VILI_HISTORY_FAILED: the history cannot be read or written. */
export class HistoryFailed extends ViliError {}

export interface History {
  /**
   * The entry is durable when this resolves. Throws `HistoryFailed`; the entry then waits in memory, can be read, and is
   * written before the next one.
   */
  append(entry: HistoryEntry): Promise<void>;
  /** Tries again to write what waits; does nothing when nothing does. Throws as `append`. */
  retry(): Promise<void>;
  /** Appends those of `entries` that are missing, and ignores what is not an entry. Throws as `append`. */
  complete(entries: readonly unknown[]): Promise<void>;
  /** The last `limit` entries, oldest first; damaged lines are left out. */
  read(limit: number): Promise<HistoryEntry[]>;
}

/**
 * The history in `path`, one JSON object per line. Calls take effect in their order. A last line torn
 * by a crash stays on its own line, which readers skip; at most `maxEntries` plus a quarter are kept.
 */
export function openHistory(path: string, maxEntries: number): History {
  let lines: number | null = null;
  let waiting: HistoryEntry[] = [];
  let queue: Promise<unknown> = Promise.resolve();
  const inOrder = <T>(step: () => Promise<T>): Promise<T> => {
    const result = queue.then(step);
    queue = result.catch(() => undefined);
    return result;
  };

  const append = (entry: HistoryEntry): Promise<void> => {
    waiting = [...waiting, entry].slice(-WAITING_MAX);
    return writeWaiting();
  };
  const writeWaiting = async (): Promise<void> => {
    try {
      for (let entry = waiting[0]; entry !== undefined; entry = waiting[0]) {
        lines ??= (await readLines(path)).length;
        await appendLine(path, JSON.stringify(entry));
        waiting = waiting.slice(1);
        lines += 1;
        if (lines > Math.ceil(maxEntries * (1 + SLACK))) lines = await compact(path, maxEntries);
      }
    } catch (error) {
      lines = null;
      throw HistoryFailed.cannot('VILI_HISTORY_FAILED', `write ${path}`, error);
    }
  };
  const complete = async (entries: readonly unknown[]): Promise<void> => {
    const present = new Set([
      ...(await readLines(path)),
      ...waiting.map((it) => JSON.stringify(it)),
    ]);
    const missing = entries.filter(isEntry).filter((it) => !present.has(JSON.stringify(it)));
    for (const entry of missing) await append(entry);
  };
  const read = async (limit: number): Promise<HistoryEntry[]> => {
    const written = (await readLines(path)).map(parseEntry).filter((entry) => entry !== null);
    return limit > 0 ? [...written, ...waiting].slice(-limit) : [];
  };
  return {
    append: (entry) => inOrder(() => append(entry)),
    retry: () => inOrder(writeWaiting),
    complete: (entries) => inOrder(() => complete(entries)),
    read: (limit) => inOrder(() => read(limit)),
  };
}

// Private

async function readLines(path: string): Promise<string[]> {
  try {
    return (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw HistoryFailed.cannot('VILI_HISTORY_FAILED', `read ${path}`, error);
  }
}

async function appendLine(path: string, line: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, 'a+', 0o600);
  try {
    const { size } = await file.stat();
    try {
      await file.appendFile(`${await missingLineEnd(file)}${line}\n`);
      await file.datasync();
    } catch (error) {
      // A part of the line, or all of it, may be there: it is written once more as a whole.
      await file.truncate(size).catch(() => undefined);
      throw error;
    }
  } finally {
    await file.close();
  }
}

async function compact(path: string, maxEntries: number): Promise<number> {
  const kept = (await readLines(path))
    .filter((line) => parseEntry(line) !== null)
    .slice(-maxEntries);
  await writeFileAtomic(path, kept.map((line) => `${line}\n`).join(''));
  return kept.length;
}

function parseEntry(line: string): HistoryEntry | null {
  const value: unknown = attempt(() => JSON.parse(line), null);
  return isEntry(value) ? value : null;
}

function isEntry(value: unknown): value is HistoryEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { at, event, version, by, reasons } = value as Record<string, unknown>;
  return (
    [at, event, version, by].every((part) => typeof part === 'string') && Array.isArray(reasons)
  );
}
