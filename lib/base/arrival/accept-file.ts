import { parseServerFile, type ServerFile } from '../names/server-file.ts';
import { readRegular } from '../state/regular-file.ts';

export const ACCEPT_EXTENSION = '.accept';
/** Of a file that declares differences; a line for each of them. */
export const MAX_ACCEPT_BYTES = 65_536;
/** Any extension with which the rest is the name of a server file. */
const STAND_IN = '.jar';

/**
 * `IDENTIFIER-<version>.accept`, the file that declares differences of that version; undefined for any other name. `name` is
 * not that of a version folder.
 */
export function parseAcceptFile(identifier: string, fileName: string): ServerFile | undefined {
  if (!fileName.endsWith(ACCEPT_EXTENSION)) return undefined;
  const stem = fileName.slice(0, -ACCEPT_EXTENSION.length);
  const file = parseServerFile(identifier, stem + STAND_IN);
  return file && { ...file, fileName, extension: ACCEPT_EXTENSION };
}

/** Its text. Throws `UnexpectedFile` for one that is larger than MAX_ACCEPT_BYTES, and node's own errors. */
export async function readAcceptFile(path: string): Promise<string> {
  return (await readRegular(path, MAX_ACCEPT_BYTES, { follow: true })).toString('utf8');
}
