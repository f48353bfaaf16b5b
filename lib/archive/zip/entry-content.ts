import { constants } from 'node:fs';
import { type FileHandle, open, readlink } from 'node:fs/promises';
import { withRights } from '../../base/instance/remove-tree.ts';
import { textOfName } from './names.ts';

/** Neither follow a link nor hang on a pipe that has taken a file's place. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const READ_FILE = 0o400;

/** Null when the path is no longer a regular file. Throws Node's errors. */
export async function openEntry(path: Buffer): Promise<FileHandle | null> {
  const file = await withRights(path, READ_FILE, () => open(path, READ_FLAGS));
  if ((await file.stat()).isFile()) return file;
  await file.close();
  return null;
}

/** The target of a link as it is written into the zip; a target is bytes, as a name is. */
export async function linkTextOf(path: Buffer): Promise<string> {
  return textOfName(await readlink(path, { encoding: 'buffer' }));
}
