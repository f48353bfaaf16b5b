import { type FileHandle, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { openRegular, UnexpectedFile } from '../../base/state/regular-file.ts';
import { ViliError } from '../../errors.ts';

/**
 * Opens a log for reading. A service may keep a link to its newest log file beside that file; a link to anywhere else
 * is not followed, or the service could have any file read. Throws ViliError `VILI_LOG_NOT_A_FILE` and Node's errors.
 */
export async function openLog(path: string): Promise<FileHandle> {
  try {
    return await openRegular(path);
  } catch (error) {
    if (!(error instanceof UnexpectedFile)) throw error;
    const [file, folder] = await Promise.all([realpath(path), realpath(dirname(path))]);
    if (dirname(file) === folder) return await openRegular(file).catch(asNotAFile(path));
    return asNotAFile(path)(error);
  }
}

// Private

function asNotAFile(path: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof UnexpectedFile)) throw error;
    const text = `log ${path} is not a regular file in its folder`;
    throw new ViliError('VILI_LOG_NOT_A_FILE', text, { cause: error });
  };
}
