import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type ReleaseFaults, writeRelease } from '../../../lib/demo/release.ts';
import { IDENTIFIER } from '../../support/daemon-world.ts';
import type { Random } from '../../support/seeded.ts';
import { withTempFolder } from '../../support/temp-folder.ts';
import type { FleetHost } from './host.ts';

/** Whether a new version is good: everywhere, nowhere, or on all hosts but one. */
export type Quality = 'good' | 'bad' | 'bad on one host';

export interface Dropped {
  /** `shop-1.0.7` */
  readonly name: string;
  readonly quality: Quality;
}

const BAD: ReleaseFaults = { errors: { endpoint: 'GET /items/{id}', share: 0.5 } };
const GOOD_SHARE = 0.55;
const BAD_SHARE = 0.25;
/** Of the environment of the host on which such a version is bad. */
export const BAD_DATA = { LC_SHOP: 'bad' };
const ONLY_THERE = `if (process.env.LC_SHOP !== 'bad') delete globalThis.viliDemoRelease.faults;`;

export function qualityOf(random: Random): Quality {
  const drawn = random.next();
  if (drawn < GOOD_SHARE) return 'good';
  return drawn < GOOD_SHARE + BAD_SHARE ? 'bad' : 'bad on one host';
}

/** The same file comes to all hosts, whether their Vili is there or not. */
export async function dropOnAll(
  hosts: readonly FleetHost[],
  version: string,
  quality: Quality,
): Promise<Dropped> {
  await withTempFolder(async (folder) => {
    const release = quality === 'good' ? { version } : { version, faults: BAD };
    const path = await writeRelease(folder, IDENTIFIER, release);
    const [head = '', ...rest] = (await readFile(path, 'utf8')).split('\n');
    const only = quality === 'bad on one host' ? [ONLY_THERE] : [];
    const content = [head, ...only, ...rest].join('\n');
    await Promise.all(hosts.map(({ world }) => world.arrive(basename(path), content)));
  });
  return { name: `${IDENTIFIER}-${version}`, quality };
}
