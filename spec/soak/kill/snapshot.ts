import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment } from '../../../lib/deployment/state.ts';
import { attempt } from '../../../lib/errors.ts';

/** What the disk of a base says at one instant. */
export interface Snapshot {
  /** Null while there is none. */
  readonly state: Deployment | null;
  /** Names in the base folder and in its archive. */
  readonly base: readonly string[];
  readonly archive: readonly string[];
  /** How many processes are recorded. */
  readonly processes: number;
}

/** Read without a break, so that a kill right after it falls into what it shows. */
export function snapshotOf(base: string): Snapshot {
  const names = (folder: string): string[] => attempt(() => readdirSync(join(base, folder)), []);
  return {
    state: attempt(() => JSON.parse(readFileSync(join(base, '.vili/state.json'), 'utf8')), null),
    base: names('.'),
    archive: names('archive'),
    processes: names('.vili/servlets').filter((name) => name.endsWith('.json')).length,
  };
}
