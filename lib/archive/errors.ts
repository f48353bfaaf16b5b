import { lstat } from 'node:fs/promises';
import { codeOf, messageOf } from '../errors.ts';
import { ArchiveFailed } from './zip/folder-entries.ts';

/** Runs a step on `what`; throws `ArchiveFailed` with the cause when it fails. */
export async function guarded(what: string, step: () => Promise<unknown>): Promise<void> {
  try {
    await step();
  } catch (error) {
    const text = `cannot archive ${what}: ${messageOf(error)}`;
    throw new ArchiveFailed('VILI_ARCHIVE_FAILED', text, { cause: error });
  }
}

/** Links are not followed. */
export async function isFile(path: string): Promise<boolean> {
  return (await lstat(path).catch(ignoreAbsent))?.isFile() === true;
}

/** Null when there is no such thing; any other error is thrown again. */
export function ignoreAbsent(error: unknown): null {
  if (codeOf(error) === 'ENOENT') return null;
  throw error;
}
