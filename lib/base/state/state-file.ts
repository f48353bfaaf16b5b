import { copyFile, link, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf, messageOf } from '../../errors.ts';
import { tempPathOf, writeFileAtomic } from './atomic-file.ts';

/** A larger state file is not Vili's: the state takes a few kilobytes. */
const MAX_STATE_BYTES = 16 * 1024 * 1024;

/** The state that was found, and why any other copy was not used. */
export interface StateRead<T> {
  readonly state: T | null;
  readonly from: 'file' | 'backup' | 'none';
  /** One sentence for each copy that exists but cannot be used. */
  readonly problems: readonly string[];
}

/**
 * Reads the state, or its backup when the file is truncated, unreadable or rejected by `parse`
 * (which gets the parsed JSON and throws to reject it). Never throws for a bad file.
 */
export async function readState<T>(
  path: string,
  parse: (value: unknown) => T,
): Promise<StateRead<T>> {
  const problems: string[] = [];
  for (const from of ['file', 'backup'] as const) {
    const copy = from === 'file' ? path : backupOf(path);
    try {
      return { state: parse(JSON.parse(await readBounded(copy))), from, problems };
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') problems.push(`${copy}: ${messageOf(error)}`);
    }
  }
  return { state: null, from: 'none', problems };
}

/**
 * Replaces the state atomically and durably, and keeps the previous one as `.bak`. A damaged
 * previous file does not replace a good backup. Throws `WriteFailed`.
 */
export async function writeState(path: string, state: unknown): Promise<void> {
  const text = `${JSON.stringify(state, null, 2)}\n`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await keepBackup(path);
  await writeFileAtomic(path, text);
}

// Private

function backupOf(path: string): string {
  return `${path}.bak`;
}

async function readBounded(path: string): Promise<string> {
  const { size } = await stat(path);
  if (size > MAX_STATE_BYTES) throw new Error(`${size} bytes, more than ${MAX_STATE_BYTES}`);
  return await readFile(path, 'utf8');
}

/** The state file itself never moves, so a state file exists at every moment. */
async function keepBackup(path: string): Promise<void> {
  const temporary = tempPathOf(backupOf(path));
  try {
    JSON.parse(await readBounded(path));
    await link(path, temporary).catch(() => copyFile(path, temporary));
    await rename(temporary, backupOf(path));
  } catch {
    // Nothing worth keeping, or no space for it: the new state matters more than the old one.
  } finally {
    // After a save that failed, the backup is the file itself; a rename of one to the other then does nothing.
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}
