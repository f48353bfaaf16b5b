import type { UpgradeView } from '../../lib/operator/views/upgrade-view.ts';
import { type Answer, type Daemon, runVili } from './daemon.ts';
import type { DaemonWorld } from './daemon-world.ts';
import { eventually } from './eventually.ts';
import { MIXED_APP } from './mixed-app.ts';

const LIMIT_MS = 60_000;
/** For a test that an upgrade must not end by itself; the app reads its port from the environment. */
export const UPGRADE_SETTINGS = { verdict_mode: 'manual', port_identifier: '' };
/** Enough to tell that a test goes on. */
const SOME_PAIRS = 20;

/** What must be the same after an upgrade, and what must only grow. */
export interface Standing {
  readonly vili: number;
  readonly servlets: readonly (number | null | undefined)[];
  readonly restarts: readonly (number | undefined)[];
  readonly pairs: number;
}

/** With 1.0.0 as running and 1.0.1 under test. */
export async function startTest(world: DaemonWorld, program?: string): Promise<Daemon> {
  await world.arrive('shop-1.0.0.mjs', MIXED_APP);
  const daemon = world.start(program === undefined ? {} : { program });
  await daemon.serving('shop-1.0.0', LIMIT_MS);
  await world.arrive('shop-1.0.1.mjs', `${MIXED_APP}// another build\n`);
  await daemon.testing('shop-1.0.1', LIMIT_MS);
  return daemon;
}

/** `vili upgrade`, on the busiest machine. */
export function upgrade({ base }: DaemonWorld): Promise<Answer> {
  return runVili(base, ['upgrade'], { limitMs: 2 * LIMIT_MS });
}

/** Once there are more pairs than that. */
export async function standing(daemon: Daemon, pairs = SOME_PAIRS): Promise<Standing> {
  const status = await daemon.until(
    `there are more than ${pairs} pairs`,
    ({ verdict, testing }) => testing?.state === 'ready' && (verdict?.pairs ?? 0) > pairs,
    LIMIT_MS,
  );
  const { vili, running, testing, verdict } = status;
  return {
    vili: vili.pid,
    servlets: [running?.pid, testing?.pid],
    restarts: [running?.restarts, testing?.restarts],
    pairs: verdict?.pairs ?? 0,
  };
}

export function untilUpgraded(daemon: Daemon): Promise<UpgradeView> {
  return upgradeView(daemon, 'it is upgraded', ({ state }) => state === 'done');
}

/** At most two earlier ones may be left. */
export async function untilRoom(daemon: Daemon): Promise<void> {
  await upgradeView(daemon, 'there is room for another one', ({ older }) => older.length < 2);
}

export async function untilAlone(daemon: Daemon): Promise<void> {
  await upgradeView(daemon, 'the earlier ones have ended', ({ older }) => older.length === 0);
}

// Private

function upgradeView(
  daemon: Daemon,
  what: string,
  fits: (view: UpgradeView) => boolean,
): Promise<UpgradeView> {
  const look = async (): Promise<UpgradeView | null> => {
    const view = await daemon.client.upgraded({}).catch(() => null);
    return view !== null && fits(view) ? view : null;
  };
  return eventually(what, look, LIMIT_MS);
}
