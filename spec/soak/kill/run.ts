import { messageOf } from '../../../lib/errors.ts';
import { type Random, seededRandom } from '../../support/seeded.ts';
import { audit } from './audit.ts';
import { Life } from './life.ts';
import { type Phase, phasesIn } from './phases.ts';
import { SCENES, type Scene } from './scenes.ts';
import { strike } from './strike.ts';
import type { Target } from './targets.ts';

/** After so many kills a base has shown what it can, and reading all of it takes longer each time. */
const KILLS_PER_BASE = 24;
/** The default of `helperShare`. */
const HELPER_SHARE = 0.3;
const OUTPUT_SHOWN = 3000;

export interface KillOptions {
  readonly points: number;
  /** How many bases at a time. */
  readonly bases: number;
  readonly seed: number;
  /** How often something else than Vili itself is killed, where there is something else; 0 to 1. */
  readonly helperShare?: number;
  readonly onKill?: (line: string) => void;
}

export interface KillRun {
  /** Kills by the phase that they fell into, the one aimed at if several lasted. */
  readonly phases: ReadonlyMap<Phase | 'none', number>;
  readonly targets: ReadonlyMap<Target, number>;
  /** Kills in the phase that they were aimed at. */
  readonly aimed: number;
  readonly kills: number;
  /** Responses that users got meanwhile. */
  readonly responses: number;
  readonly problems: readonly string[];
}

/** Kills Vili and its helpers at drawn moments of the whole life cycle, on several bases at a time. */
export async function runKills(options: KillOptions): Promise<KillRun> {
  const { points, bases, seed } = options;
  const sums = { phases: new Map(), targets: new Map(), aimed: 0, kills: 0, responses: 0 };
  const run = { ...sums, problems: [] as string[] };
  const share = (base: number): number => Math.floor((points + bases - 1 - base) / bases);
  await Promise.all(
    Array.from({ length: bases }, async (_, base) => {
      const random = seededRandom(seed + base);
      // Not the same part of the cycle on all of them.
      let at = base * 3;
      for (let left = share(base); left > 0; left -= KILLS_PER_BASE) {
        at = await live(run, random, `base ${base}`, at, Math.min(left, KILLS_PER_BASE), options);
      }
    }),
  );
  return run;
}

// Private

type Sums = {
  -readonly [Key in keyof KillRun]: KillRun[Key] extends ReadonlyMap<infer K, infer V>
    ? Map<K, V>
    : KillRun[Key] extends readonly string[]
      ? string[]
      : KillRun[Key];
};

/** The life of one base. Returns the scene that is next. */
async function live(
  run: Sums,
  random: Random,
  name: string,
  first: number,
  kills: number,
  options: KillOptions,
): Promise<number> {
  const life = await Life.begin(random);
  let at = first;
  const told = (text: string): void => void run.problems.push(`${name}: ${text}`);
  let line = 'begins';
  try {
    for (let kill = 0; kill < kills; kill++) {
      // Only the first Vili of a base adopts it.
      const scene = kill === 0 ? SCENES[0] : SCENES[1 + (at++ % (SCENES.length - 1))];
      if (scene === undefined) throw new Error('no scenes');
      line = await play(run, life, scene, options, told);
      options.onKill?.(`${name}: ${line}`);
    }
    run.responses += life.users.counts().ok;
  } catch (error) {
    told(`after "${line}": ${messageOf(error)}\n${life.daemon.output.slice(-OUTPUT_SHOWN)}`);
  }
  await life.world.end().catch((error: unknown) => told(messageOf(error)));
  return at;
}

/** One kill and its check. Returns a line about it. */
async function play(
  run: Sums,
  life: Life,
  scene: Scene,
  options: KillOptions,
  told: (text: string) => void,
): Promise<string> {
  const { random, world } = life;
  const { phase } = scene;
  const target = random.chance(options.helperShare ?? HELPER_SHARE)
    ? random.of([...scene.targets, 'vili' as const])
    : 'vili';
  const delayMs = random.between(0, scene.windowMs);
  const running = await life.runningNow();
  await scene.begin(life);
  const isNow = (snapshot: Parameters<typeof phasesIn>[0]): boolean =>
    phasesIn(snapshot, life.intent).includes(phase);
  const struck = await strike(world.base, life.daemon.pid, target, { isNow, delayMs });
  if (struck.target === 'vili') {
    await life.daemon.exit();
    life.daemon = life.start();
  }
  const hit = phasesIn(struck.snapshot, life.intent);
  const fell = hit.includes(phase) ? phase : (hit[0] ?? 'none');
  run.kills += 1;
  run.aimed += Number(fell === phase);
  run.phases.set(fell, (run.phases.get(fell) ?? 0) + 1);
  run.targets.set(struck.target, (run.targets.get(struck.target) ?? 0) + 1);
  const line = `${struck.target} killed in ${fell}, ${delayMs.toFixed(0)} ms after ${phase} began`;
  for (const problem of await audit(life, { running, struck })) told(`${line}: ${problem}`);
  life.checked();
  return line;
}
