import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InstanceRole } from '../../model/role.ts';
import { writeFileAtomic } from '../state/atomic-file.ts';

const ROLE_FILE = 'role';
/** Not a secret: scripts of other users may ask, too. */
const MODE = 0o644;

/**
 * Writes what an instance is now into its folder, as one word and a line feed; a reader never meets half a word.
 * Resolves to whether that is news. Throws `WriteFailed`.
 */
export async function writeRoleFile(folder: string, role: InstanceRole): Promise<boolean> {
  const path = join(folder, ROLE_FILE);
  const text = `${role}\n`;
  if ((await readFile(path, 'utf8').catch(() => null)) === text) return false;
  await writeFileAtomic(path, text, MODE);
  return true;
}
