import { copyFile, mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listingOf } from './base-listing.ts';
import type { DaemonWorld } from './daemon-world.ts';

const LISTING = fileURLToPath(
  new URL('../../../spec/fixtures/go-vili-layout.txt', import.meta.url),
);

/**
 * Builds a snapshot of the real listing of a base of the Go program, with releases of the demo service as server
 * files. Returns its listing.
 */
export async function leaveGoBase(world: DaemonWorld, snapshot: 'B' | 'C'): Promise<string[]> {
  const text = await readFile(LISTING, 'utf8');
  const start = text.indexOf(`--- snapshot ${snapshot}`);
  const end = text.indexOf('--- snapshot', start + 1);
  const lines = text.slice(start, end === -1 ? undefined : end).split('\n');
  for (const version of ['1.0.0', '1.0.1']) await world.drop(version);
  for (const line of lines) {
    const [, kind, rawPath = '', , target = ''] = /^([dfl]) ([^ ]+)( -> (.*))?$/.exec(line) ?? [];
    const path = renamed(rawPath);
    const full = join(world.base, path);
    if (kind === undefined || path === '.env' || path.startsWith('logs_vili')) continue;
    await mkdir(dirname(full), { recursive: true });
    const release = /shop-[\d.]+\.mjs$/.exec(path)?.[0];
    if (kind === 'd') await mkdir(full, { recursive: true });
    else if (kind === 'l') {
      await rm(full, { force: true });
      await symlink(renamed(target).replace('BASE', world.base), full);
    } else if (release === undefined)
      await world.write(path, path.endsWith('/pid') ? '999999' : '');
    else if (path !== release) await copyFile(join(world.base, release), full);
  }
  return await listingOf(world.base);
}

// Private

function renamed(path: string): string {
  return path.replaceAll('demosvc', 'shop').replaceAll('.jar', '.mjs');
}
