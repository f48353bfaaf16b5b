import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { instanceNumber } from '../names/layout.ts';
import { removeTree } from './remove-tree.ts';

export interface PruneOptions {
  readonly versionFolder: string;
  /** How many instances are kept besides the living ones, the newest first. */
  readonly keep: number;
  /** Folders of instances whose process is alive. */
  readonly alive: ReadonlySet<string>;
}

/**
 * Removes the oldest instance folders of a version: a service that keeps ending leaves one behind
 * at every start. Folders with other names (the Go program's, the user's) are not touched.
 */
export async function pruneInstances(options: PruneOptions): Promise<readonly string[]> {
  const { versionFolder, keep, alive } = options;
  const ended = (await readdir(versionFolder))
    .flatMap((name) => {
      const number = instanceNumber(name);
      return number === undefined ? [] : [{ number, path: join(versionFolder, name) }];
    })
    .filter(({ path }) => !alive.has(path))
    .sort((a, b) => b.number - a.number);
  const surplus = ended.slice(keep).map(({ path }) => path);
  for (const path of surplus) await removeTree(path);
  return surplus;
}
