import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ARRIVAL_MS, type Life, PROBATION_MS } from './life.ts';
import type { Phase } from './phases.ts';
import type { Target } from './targets.ts';

/** How a base gets into a phase, and how long after its beginning a kill may come. */
export interface Scene {
  readonly phase: Phase;
  readonly windowMs: number;
  /** What may be killed instead of Vili itself. */
  readonly targets: readonly Target[];
  /** Resolves when the phase is about to begin or has begun. */
  readonly begin: (life: Life) => Promise<void>;
}

/** In the order of a version's life, so that each scene goes on from the one before. */
export const SCENES: readonly Scene[] = [
  { phase: 'adoption', windowMs: 1500, targets: [], begin: async () => {} },
  { phase: 'arrival', windowMs: ARRIVAL_MS, targets: ['launcher'], begin: dropped },
  { phase: 'staging', windowMs: 15, targets: [], begin: dropped },
  { phase: 'testing', windowMs: 700, targets: ['launcher', 'thread'], begin: underTest },
  { phase: 'promotion', windowMs: 400, targets: ['launcher', 'thread'], begin: promoting },
  {
    phase: 'probation',
    windowMs: PROBATION_MS / 2,
    targets: ['launcher', 'thread'],
    begin: async (life) => void (await life.onProbation()),
  },
  { phase: 'archiving', windowMs: 120, targets: ['archiver'], begin: promoting },
  { phase: 'rollback', windowMs: 30, targets: ['launcher'], begin: backToWarm },
  { phase: 'deletion', windowMs: 6, targets: ['archiver'], begin: promoting },
  { phase: 'restore', windowMs: 40, targets: ['archiver'], begin: backToArchived },
  { phase: 'rollback', windowMs: 200, targets: ['launcher'], begin: backToArchived },
];

// Private

async function dropped(life: Life): Promise<void> {
  await life.calm();
  await life.drop();
}

async function underTest(life: Life): Promise<void> {
  const { testing } = await life.calm();
  if (testing === null) await life.drop();
}

async function promoting(life: Life): Promise<void> {
  life.promote(await life.tested());
}

async function backToWarm(life: Life): Promise<void> {
  life.rollBack(await life.onProbation());
}

/** Without an archive there is a promotion first, after which there will be one. */
async function backToArchived(life: Life): Promise<void> {
  const { running, testing } = await life.calm();
  const archived = await archivedOf(life, [running?.version, testing?.version]);
  if (archived.length === 0) {
    await life.onProbation();
    await life.daemon.until('an archive', async () => (await archivedOf(life, [])).length > 0);
    return backToArchived(life);
  }
  life.rollBack(life.random.of(archived));
}

async function archivedOf(life: Life, but: readonly (string | undefined)[]): Promise<string[]> {
  const names = await readdir(life.world.base);
  const zips = await readdir(join(life.world.base, 'archive')).catch(() => []);
  const versions = zips.filter((zip) => /^shop.*\.zip$/.test(zip)).map((zip) => zip.slice(0, -4));
  // A folder that is still there is not unpacked from its archive.
  return versions.filter((name) => !but.includes(name) && !names.includes(name)).sort();
}
