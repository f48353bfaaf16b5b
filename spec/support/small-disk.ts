import { spawnSync } from 'node:child_process';
import { mkdtemp, open, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'mocha';
import { codeOf } from '../../lib/errors.ts';

const CHUNK_BYTES = 65_536;
const PAGE_BYTES = 4096;

/** A file system of its own in memory, mounted for one spec. The spec of whoever may not mount is skipped, with the reason in its title. */
export async function withSmallDisk(
  context: Context,
  mebibytes: number,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const problem = await onSmallDisk(mebibytes, use);
  if (problem === null) return;
  if (context.test) context.test.title += ` (skipped: ${problem})`;
  context.skip();
}

/** Mounts a file system in memory, `mebibytes` large, for as long as it is used. Returns why that failed, or null: mounting is for root. */
export async function onSmallDisk(
  mebibytes: number,
  use: (folder: string) => Promise<void>,
): Promise<string | null> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'vili-disk-')));
  const problem = run('mount', '-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'vili', folder);
  try {
    if (problem === null) await use(folder);
  } finally {
    if (problem === null) run('umount', folder);
    await rm(folder, { recursive: true, force: true });
  }
  return problem;
}

/** Writes `file` until nothing more fits on its disk. */
export async function fillDisk(file: string): Promise<void> {
  const filler = await open(file, 'a');
  try {
    for (const size of [CHUNK_BYTES, PAGE_BYTES]) {
      while (await fits(filler.appendFile(Buffer.alloc(size))));
    }
  } finally {
    await filler.close();
  }
}

// Private

/** Null, or why it failed. */
function run(command: string, ...args: readonly string[]): string | null {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? null : `cannot ${command}: ${stderr ?? 'there is no such program'}`.trim();
}

async function fits(writing: Promise<void>): Promise<boolean> {
  try {
    await writing;
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOSPC') return false;
    throw error;
  }
}
