import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jarBytes } from './jar-file.ts';

const LISTING = fileURLToPath(
  new URL('../../../spec/fixtures/go-vili-layout.txt', import.meta.url),
);

/** Builds the base of snapshot A, B or C in the real listing of a base of the Go program. */
export async function makeListedBase(base: string, snapshot: 'A' | 'B' | 'C'): Promise<void> {
  for (const line of await linesOf(snapshot)) {
    const [, kind, path = '', target = ''] = /^([dfl]) ?(.*?)(?: -> (.*))?$/.exec(line) ?? [];
    if (path === '') continue;
    const place = join(base, path);
    if (kind === 'd') await mkdir(place, { recursive: true });
    if (kind === 'f') await writeFile(place, contentOf(path));
    if (kind === 'l') await symlink(target.replace('BASE', base), place);
  }
}

// Private

async function linesOf(snapshot: string): Promise<string[]> {
  const text = await readFile(LISTING, 'utf8');
  const part = text.split(/^--- snapshot /m).find((each) => each.startsWith(snapshot)) ?? '';
  return part.split('\n').slice(1);
}

function contentOf(path: string): string | Buffer {
  if (path.endsWith('.zip')) return '';
  if (path.endsWith('.jar')) return jarBytes({ 'version.txt': path });
  if (path.endsWith('/pid')) return '4194305';
  if (path.endsWith('.properties')) return 'server.port=0\ncolour=red\n';
  return `content of ${path}\n`;
}
