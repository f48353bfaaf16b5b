import { chmod, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The server file of an application that is a folder: a start script that creates the log folder and
 * becomes the program. The shell expands `$PORT` in `words`.
 */
export async function dropStartScript(
  base: string,
  release: { identifier: string; version: string; words: readonly string[] },
): Promise<string> {
  const { identifier, version, words } = release;
  const name = `${identifier}-${version}`;
  const quoted = words.map((word) => `"${word}"`).join(' ');
  const aside = join(base, `.${name}.part`);
  await writeFile(aside, `#!/bin/sh\nmkdir -p logs/json\nexec ${quoted}\n`);
  await chmod(aside, 0o755);
  await rename(aside, join(base, `${name}.sh`));
  return name;
}
