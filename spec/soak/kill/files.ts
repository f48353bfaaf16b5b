import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readContent, readZip } from '../../../lib/archive/zip/reader.ts';
import { type Deployment, protectedNames } from '../../../lib/deployment/state.ts';
import { messageOf } from '../../../lib/errors.ts';
import { halfDone } from '../kit/half-done.ts';
import type { Life } from './life.ts';

/** Files of that kind come and go; older ones are nobody's. */
const HALF_MAX_MS = 3000;

/** Zips that were read to their end, by path, with the time of their last change. */
const verified = new Map<string, number>();

/** What is wrong with the files of a base: what is half-done and old, and versions that are nowhere. */
export async function filesOf(
  { world, arrived }: Life,
  state: Deployment,
): Promise<readonly string[]> {
  const problems = await halfDone(world.base, HALF_MAX_MS);
  const names = await readdir(world.base);
  const kept = protectedNames(state);
  for (const name of arrived) {
    const hasFolder = names.includes(name);
    if (kept.has(name)) {
      if (!hasFolder) problems.push(`${name} is in use and has no folder`);
      continue;
    }
    if (hasFolder) problems.push(`${name} is not in use and has a folder`);
    problems.push(...(await zipOf(world.base, name)));
  }
  return problems;
}

// Private

/** A version without a folder has an archive that can be read to its end and has its server file. */
async function zipOf(base: string, name: string): Promise<readonly string[]> {
  const zip = join(base, 'archive', `${name}.zip`);
  const changedMs = (await lstat(zip).catch(() => null))?.mtimeMs;
  if (changedMs === undefined) return [`${name} has neither a folder nor an archive`];
  if (verified.get(zip) === changedMs) return [];
  const signal = new AbortController().signal;
  const entries: string[] = [];
  try {
    await readZip(zip, signal, async (entry) => {
      entries.push(entry.name);
      await readContent(entry, signal);
    });
  } catch (error) {
    return [`${name}.zip: ${messageOf(error)}`];
  }
  if (!entries.includes(`${name}.mjs`)) return [`${name}.zip has no server file`];
  verified.set(zip, changedMs);
  return [];
}
