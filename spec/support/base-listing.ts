import { readdir, readlink } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';

/** Vili's own folder: its content is not a contract, except the socket. */
const PRIVATE_FOLDER = '.vili';

/**
 * Everything in a base folder as `f path`, `d path` or `l path -> target`, sorted by path. The targets of
 * links, absolute or relative, are shown relative to the base.
 */
export async function listingOf(base: string): Promise<string[]> {
  const lines: { path: string; line: string }[] = [];
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await readdir(join(base, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isSymbolicLink()) {
        const line = `l ${path} -> ${await targetOf(base, path)}`;
        lines.push({ path, line });
      } else {
        lines.push({ path, line: `${entry.isDirectory() ? 'd' : 'f'} ${path}` });
        if (entry.isDirectory() && path !== PRIVATE_FOLDER) await walk(path);
      }
    }
  };
  await walk('');
  lines.sort((a, b) => (a.path < b.path ? -1 : 1));
  return lines.map(({ line }) => line);
}

/** The target of a link in the base, relative to the base. */
export async function targetOf(base: string, path: string): Promise<string> {
  const target = await readlink(join(base, path));
  return relative(base, resolve(dirname(join(base, path)), target));
}
