import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../../lib/errors.ts';
import { IDENTIFIER } from '../../support/daemon-world.ts';
import { fillDisk } from '../../support/small-disk.ts';
import { untilRoom, upgrade } from '../../support/upgrades.ts';
import { readyRelease } from '../kit/release.ts';
import type { Plan } from './plan.ts';
import { hostMs, type Stage } from './stage.ts';
import { strike } from './strike.ts';

/** A full disk is filled again that often: Vili deletes archives meanwhile. */
const REFILL_MS = 500;
/** A last version, on a host that is busy. */
const LAST_LIMIT_MS = 120_000;

/** Everything of the plan at its time: each kind in a lane of its own, beside the others. */
export async function play(stage: Stage, plan: Plan): Promise<void> {
  await Promise.all([
    playVersions(stage, plan),
    lane(stage, plan.strikes, async (planned) => {
      const text = await strike(stage, planned);
      const name = `${planned.act} ${planned.victim}`;
      told(stage, text === null ? `${name}, but nobody was there` : name, text ?? '');
    }),
    lane(stage, plan.fills, ({ forMs }) => fill(stage, forMs)),
    lane(stage, plan.upgrades, () => renew(stage)),
  ]);
}

/** With nothing in its way any more a good version gets to the users. */
export async function playEnd(stage: Stage): Promise<void> {
  const { daemon, world } = stage;
  const calm = (what: string) =>
    daemon.until(
      what,
      ({ phase, running, testing, previous, disk }) =>
        phase === 'steady' &&
        running?.state === 'ready' &&
        testing === null &&
        previous === null &&
        disk.failing.length === 0,
      LAST_LIMIT_MS,
    );
  await calm('all is calm after the last strike');
  const version = `1.0.${stage.dropped.length + 1}`;
  const last = await readyRelease(world.base, { identifier: IDENTIFIER, version });
  await last.drop();
  stage.dropped.push({ name: last.name, fault: 'none' });
  await daemon.serving(last.name, LAST_LIMIT_MS);
  await calm('all is calm at the end');
}

// Private

/** The next file is written before its time: there may be no room for it then. */
async function playVersions(stage: Stage, { versions }: Plan): Promise<void> {
  const { base } = stage.world;
  const write = async (at: number) => {
    const planned = versions[at];
    if (planned === undefined) return null;
    const { version, fault } = planned;
    const ready = await readyRelease(base, { identifier: IDENTIFIER, version, fault });
    return { ...planned, ...ready };
  };
  let next = await write(0);
  let at = 0;
  await lane(stage, versions, async () => {
    const now = next ?? (await write(at));
    at += 1;
    next = null;
    if (now === null) return;
    stage.dropped.push({ name: now.name, fault: now.fault });
    await now.drop();
    told(stage, 'version', `${now.name} comes, ${now.fault === 'none' ? 'good' : now.fault}`);
    // While the disk is full there is another try at its time.
    next = await write(at).catch(() => null);
  });
}

/** One after the other, each at its time, or late. */
async function lane<T extends { readonly atMs: number }>(
  stage: Stage,
  items: readonly T[],
  act: (item: T) => Promise<void>,
): Promise<void> {
  for (const item of items) {
    await sleep(Math.max(0, stage.beganMs + item.atMs - hostMs()));
    await act(item).catch((error: unknown) => stage.problem(messageOf(error)));
  }
}

async function fill(stage: Stage, forMs: number): Promise<void> {
  const { disk, full } = stage;
  if (disk === null) return;
  const filler = join(disk, 'filler');
  const time = { fromMs: hostMs(), untilMs: Number.POSITIVE_INFINITY };
  full.push(time);
  told(stage, 'full disk', `for ${(forMs / 1000).toFixed(1)} s`);
  try {
    while (hostMs() < time.fromMs + forMs) {
      await fillDisk(filler);
      await sleep(REFILL_MS);
    }
  } finally {
    await rm(filler, { force: true });
    time.untilMs = hostMs();
  }
}

async function renew(stage: Stage): Promise<void> {
  await untilRoom(stage.daemon);
  const beganMs = hostMs();
  const { code, stdout, stderr } = await upgrade(stage.world);
  const seconds = ((hostMs() - beganMs) / 1000).toFixed(1);
  const text = `${stdout.trim().split('\n').at(-1)} ${stderr.trim()}`;
  told(stage, code === 0 ? 'upgrade' : 'upgrade that failed', `${seconds} s: ${text}`);
}

function told({ counts, line }: Stage, name: string, text: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
  line(`${name}: ${text}`);
}
