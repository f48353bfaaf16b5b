import { type Random, seededRandom } from '../../support/seeded.ts';
import type { SoakFault } from '../kit/release.ts';

export const VERSION_EVERY_MS = 20_000;
const UPGRADE_EVERY_MS = 60_000;
const FILL_EVERY_MS = { from: 30_000, to: 60_000 };
const FILL_MS = { from: 3000, to: 10_000 };
const STRIKE_EVERY_MS = { from: 2000, to: 6000 };
const GOOD_SHARE = 0.55;
/** What bad versions do while they are tested. */
const BAD: readonly SoakFault[] = [
  'error',
  'sleep',
  'stop',
  'refuse',
  'crash',
  'huge',
  'malformed',
  'flood',
];

export type Victim = 'running' | 'testing' | 'previous' | 'vili' | 'launcher';

/** Something that happens to a process: it is killed, stopped for a while, or told to flood its logs. */
export interface Strike {
  readonly atMs: number;
  readonly act: 'kill' | 'stop' | 'flood';
  readonly victim: Victim;
  /** How long it is stopped. */
  readonly forMs: number;
}

/** What happens when, from the beginning on. */
export interface Plan {
  readonly versions: readonly {
    readonly atMs: number;
    readonly version: string;
    readonly fault: SoakFault;
  }[];
  readonly strikes: readonly Strike[];
  /** When the disk is full, and for how long. */
  readonly fills: readonly { readonly atMs: number; readonly forMs: number }[];
  readonly upgrades: readonly { readonly atMs: number }[];
}

/** Of each of them the plan has as many. A running that is silent for 3 s hangs, and users go back: it is stopped for less. */
const STRIKES: readonly Pick<Strike, 'act' | 'victim' | 'forMs'>[] = [
  { act: 'kill', victim: 'running', forMs: 0 },
  { act: 'kill', victim: 'testing', forMs: 0 },
  { act: 'kill', victim: 'previous', forMs: 0 },
  { act: 'stop', victim: 'running', forMs: 1000 },
  { act: 'stop', victim: 'testing', forMs: 5000 },
  { act: 'stop', victim: 'previous', forMs: 5000 },
  { act: 'stop', victim: 'vili', forMs: 2000 },
  { act: 'stop', victim: 'launcher', forMs: 2000 },
  { act: 'flood', victim: 'running', forMs: 0 },
  { act: 'flood', victim: 'testing', forMs: 0 },
];

/** The same for the same seed. Each kind of event has numbers of its own, so that one does not shift the others. */
export function planOf(seed: number, minutes: number): Plan {
  const endMs = minutes * 60_000;
  const [versions, strikes, fills, upgrades] = [1, 2, 3, 4].map((it) =>
    seededRandom(seed + it),
  ) as [Random, Random, Random, Random];
  return {
    versions: versionsOf(versions, endMs),
    strikes: strikesOf(strikes, endMs),
    fills: fillsOf(fills, endMs),
    upgrades: upgradesOf(upgrades, endMs),
  };
}

// Private

/** Bad ones in shuffled rounds, so that each kind comes. */
function versionsOf(random: Random, endMs: number): Plan['versions'] {
  const bad = rounds(BAD, random);
  return Array.from({ length: Math.floor(endMs / VERSION_EVERY_MS) }, (_, at) => ({
    atMs: at * VERSION_EVERY_MS,
    version: `1.0.${at + 1}`,
    fault: random.chance(GOOD_SHARE) ? 'none' : bad(),
  }));
}

function strikesOf(random: Random, endMs: number): Plan['strikes'] {
  const next = rounds(STRIKES, random);
  const strikes: Strike[] = [];
  for (;;) {
    const lastMs = strikes.at(-1)?.atMs ?? 0;
    const atMs = lastMs + random.between(STRIKE_EVERY_MS.from, STRIKE_EVERY_MS.to);
    if (atMs >= endMs) return strikes;
    const { act, victim, forMs } = next();
    strikes.push({ atMs, act, victim, forMs: Math.round(random.between(0.1, 1) * forMs) });
  }
}

function fillsOf(random: Random, endMs: number): Plan['fills'] {
  const fills: { atMs: number; forMs: number }[] = [];
  for (let atMs = 0; ; ) {
    atMs += random.between(FILL_EVERY_MS.from, FILL_EVERY_MS.to);
    if (atMs >= endMs) return fills;
    fills.push({ atMs, forMs: random.between(FILL_MS.from, FILL_MS.to) });
  }
}

function upgradesOf(random: Random, endMs: number): Plan['upgrades'] {
  return Array.from({ length: Math.floor(endMs / UPGRADE_EVERY_MS) }, (_, at) => ({
    atMs: (at + random.next()) * UPGRADE_EVERY_MS,
  }));
}

/** One item after the other, all of them before any comes again, in an order drawn each time. */
function rounds<T>(items: readonly T[], random: Random): () => T {
  let left: T[] = [];
  return () => {
    if (left.length === 0) left = [...items];
    const item = random.of(left);
    left.splice(left.indexOf(item), 1);
    return item;
  };
}
