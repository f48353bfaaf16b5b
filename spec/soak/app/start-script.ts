import { chmod, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The server file of an application that is a folder: a start script that creates the log folder and
 * becomes the program.
 */
export async function dropStartScript(
  base: string,
  release: { identifier: string; version: string; lines: readonly string[] },
): Promise<string> {
  const { identifier, version, lines } = release;
  const name = `${identifier}-${version}`;
  const aside = join(base, `.${name}.part`);
  await writeFile(aside, ['#!/bin/sh', 'mkdir -p logs/json', ...lines, ''].join('\n'));
  await chmod(aside, 0o755);
  await rename(aside, join(base, `${name}.sh`));
  return name;
}

/** The line by which the shell becomes the program; it expands `$PORT` in the words. */
export function execLine(words: readonly string[]): string {
  return `exec ${words.map((word) => `"${word}"`).join(' ')}`;
}

/** Lines that set `data`: the folder itself, for testing a copy of it in its instance folder. */
export function ownCopyLines(folder: string): readonly string[] {
  return [
    `data="${folder}"`,
    'if [ "$VILI_ROLE" = test ]; then',
    '  data="$PWD/data"',
    `  cp -a "${folder}" "$data"`,
    'fi',
  ];
}
