import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { attempt, codeOf, ViliError } from '../../errors.ts';
import type { HistoryEntry } from '../../model/history.ts';
import { missingLineEnd, writeFileAtomic } from './atomic-file.ts';

/** The file is cut back to `maxEntries` once it exceeds that by this share, not at each entry. */
const SLACK = 0.25;

/** `code` VILI_HISTORY_FAILED: the history cannot be read or written. */
export class HistoryFailed extends ViliError {}

export interface History {
  /** The entry is durable when this resolves. Throws `HistoryFailed`. */
  append(entry: HistoryEntry): Promise<void>;
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
  let queue: Promise<unknown> = Promise.resolve();
  const inOrder = <T>(step: () => Promise<T>): Promise<T> => {
    const result = queue.then(step);
    queue = result.catch(() => undefined);
    return result;
  };

  const append = async (entry: HistoryEntry): Promise<void> => {
    try {
      lines ??= (await readLines(path)).length;
      await appendLine(path, JSON.stringify(entry));
      lines += 1;
      if (lines > Math.ceil(maxEntries * (1 + SLACK))) lines = await compact(path, maxEntries);
    } catch (error) {
      lines = null;
      throw HistoryFailed.cannot('VILI_HISTORY_FAILED', `write ${path}`, error);
    }
  };
  const complete = async (entries: readonly unknown[]): Promise<void> => {
    const present = new Set(await readLines(path));
    const missing = entries.filter(isEntry).filter((it) => !present.has(JSON.stringify(it)));
    for (const entry of missing) await append(entry);
  };
  const read = async (limit: number): Promise<HistoryEntry[]> => {
    const entries = (await readLines(path)).map(parseEntry).filter((entry) => entry !== null);
    return limit > 0 ? entries.slice(-limit) : [];
  };
  return {
    append: (entry) => inOrder(() => append(entry)),
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
    await file.appendFile(`${await missingLineEnd(file)}${line}\n`);
    await file.datasync();
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
