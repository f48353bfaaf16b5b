import { lstat } from 'node:fs/promises';
import { codeOf, ViliError } from '../errors.ts';

/**
 * `code`: VILI_ARCHIVE_FAILED (reading or writing fails), VILI_ARCHIVE_DAMAGED (a zip is not what it
 * should be), VILI_ARCHIVE_UNSAFE (a zip would write outside its folder), VILI_ARCHIVE_TOO_LARGE,
 * VILI_ARCHIVE_NOT_DELETED (the zip is verified, but a part of the folder remains).
 */
export class ArchiveFailed extends ViliError {}

/** Runs a step on `what`; throws `ArchiveFailed` with the cause when the step fails. */
export async function orArchiveFailed(what: string, step: () => Promise<unknown>): Promise<void> {
  try {
    await step();
  } catch (error) {
    throw ArchiveFailed.cannot('VILI_ARCHIVE_FAILED', `archive ${what}`, error);
  }
}

/** Whether `path` is a regular file; links are not followed. */
export async function isFile(path: string): Promise<boolean> {
  return (await lstat(path).catch(ignoreAbsent))?.isFile() === true;
}

/** Null when the path does not exist; rethrows any other error. */
export function ignoreAbsent(error: unknown): null {
  if (codeOf(error) === 'ENOENT') return null;
  throw error;
}
