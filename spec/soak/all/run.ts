import { cp, mkdir, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../../lib/errors.ts';
import { DaemonWorld, IDENTIFIER } from '../../support/daemon-world.ts';
import { snapshotResources } from '../../support/leftovers.ts';
import { onSmallDisk } from '../../support/small-disk.ts';
import { untilAlone } from '../../support/upgrades.ts';
import { halfDone } from '../kit/half-done.ts';
import { Load } from '../kit/load.ts';
import type { Failure, RequestShape } from '../kit/load-protocol.ts';
import { type Measured, measure } from '../kit/quantiles.ts';
import { dropRelease } from '../kit/release.ts';
import { planOf } from './plan.ts';
import { play, playEnd } from './play.ts';
import { processesOf } from './processes.ts';
import { hostMs, type Stage } from './stage.ts';
import { isExcused, strangersIn } from './users.ts';
import { type Fate, fatesOf, wrongVerdicts } from './verdicts.ts';
import { Watch } from './watch.ts';

const DISK_MIB = 300;
/** Little evidence and a short probation, so that a version is decided on before the next one comes. */
const SETTINGS: Readonly<Record<string, string>> = {
  verdict_min_requests: '100',
  verdict_warmup_requests: '10',
  verdict_warmup_time: '500ms',
  // How fast two versions are beside everything else on a busy machine is not the matter here.
  verdict_speed: 'report',
  probation: '3s',
  // A hang is noticed before the next version comes.
  liveness_interval: '1s',
  liveness_timeout: '2s',
  // Users are held for as long as a killed running needs on a busy machine.
  hold_max: '30s',
  servlet_log_max_size: '8MiB',
  disk_min_free: '5%',
  disk_interval: '500ms',
  log_dir: 'logs_vili',
};
const SHAPES: readonly RequestShape[] = [
  { method: 'GET', path: '/bytes/300', sends: 0, gets: 300 },
  { method: 'GET', path: '/bytes/16384', sends: 0, gets: 16_384 },
  { method: 'GET', path: '/bytes/300', sends: 0, gets: 300 },
  { method: 'GET', path: '/wait/300/20000', sends: 0, gets: 20_000 },
  { method: 'GET', path: '/bytes/0', sends: 0, gets: 0 },
  { method: 'POST', path: '/echo', sends: 50_000, gets: 50_000 },
  { method: 'GET', path: '/bytes/100000', sends: 0, gets: 100_000 },
];
const RESPONSE_LIMIT_MS = 60_000;
const MAX_IN_FLIGHT = 4000;
const HISTORY_MAX = 10_000;
const GONE_LIMIT_MS = 10_000;
const GONE_POLL_MS = 100;

export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly ratePerSecond: number;
  /** Where Vili's own log is kept; null: nowhere. */
  readonly logsTo: string | null;
  readonly onLine: (text: string) => void;
}

export interface SoakRun {
  readonly users: Measured;
  readonly failures: readonly Failure[];
  readonly excused: number;
  readonly strangers: ReadonlyMap<string, number>;
  readonly fates: readonly Fate[];
  readonly wrong: readonly string[];
  readonly counts: ReadonlyMap<string, number>;
  readonly watch: Pick<Watch, 'vili' | 'launcher'>;
  readonly problems: readonly string[];
  readonly leftProcesses: readonly string[];
  readonly leftFiles: readonly string[];
  /** Why the disk was never full; null: it was. */
  readonly noDisk: string | null;
}

/** Everything at once, for minutes, judged afterwards by what users got and by the history. */
export async function runSoak(options: SoakOptions): Promise<SoakRun> {
  const before = snapshotResources().folders;
  let run: SoakRun | null = null;
  const on = async (disk: string | null): Promise<void> => {
    const world = await DaemonWorld.create(SETTINGS, disk ?? tmpdir());
    try {
      run = await live(options, world, disk);
    } finally {
      await world.end();
    }
  };
  const noDisk = await onSmallDisk(DISK_MIB, on);
  if (noDisk !== null) await on(null);
  if (run === null) throw new Error('there is no result');
  const done: SoakRun = run;
  const folders = [...snapshotResources().folders].filter((name) => !before.has(name));
  return { ...done, leftFiles: [...done.leftFiles, ...folders], noDisk };
}

// Private

async function live(
  { minutes, seed, ratePerSecond, logsTo, onLine }: SoakOptions,
  world: DaemonWorld,
  disk: string | null,
): Promise<SoakRun> {
  const temp = join(disk ?? world.base, 'temp');
  await mkdir(temp);
  const first = { identifier: IDENTIFIER, version: '1.0.0' };
  const name = await dropRelease(world.base, first);
  const daemon = world.start({ environment: { TMPDIR: temp } });
  await daemon.serving(name);
  const load = await Load.start({
    port: world.port,
    ratePerSecond,
    shapes: SHAPES,
    // Not a divisor of the number of shapes: every shape uses both kinds of connections.
    newConnectionEvery: 3,
    timeoutMs: RESPONSE_LIMIT_MS,
    maxInFlight: MAX_IN_FLIGHT,
  });
  const problems: string[] = [];
  const beganMs = hostMs();
  const stage: Stage = {
    world,
    daemon,
    disk,
    beganMs,
    dropped: [],
    killed: [],
    full: [],
    counts: new Map(),
    line: (text) => onLine(`${((hostMs() - beganMs) / 1000).toFixed(1)} s  ${text}`),
    problem: (text) => problems.push(text),
  };
  const watch = new Watch(stage);
  try {
    load.phase('users');
    await play(stage, planOf(seed, minutes));
    await playEnd(stage).catch((error: unknown) => stage.problem(messageOf(error)));
    watch.stop();
    const result = await load.finish();
    await untilAlone(daemon);
    const history = await daemon.client.history({ limit: HISTORY_MAX });
    await daemon.kill('SIGTERM');
    const failures = result.failures.filter((failure) => !isExcused(failure, stage.killed));
    return {
      users: measure(result, () => true),
      failures,
      excused: result.failures.length - failures.length,
      strangers: strangersIn(result, stage.dropped, IDENTIFIER),
      fates: fatesOf(stage.dropped, history),
      wrong: wrongVerdicts(stage, history),
      counts: stage.counts,
      watch,
      problems,
      leftProcesses: await leftOf(world.base),
      leftFiles: [...(await halfDone(world.base, 0)), ...(await readdir(temp))],
      noDisk: null,
    };
  } finally {
    watch.stop();
    load.kill();
    if (logsTo !== null) await cp(join(world.base, 'logs_vili'), logsTo, { recursive: true });
  }
}

/** Processes that are left of a base some time after its Vili has ended. */
async function leftOf(base: string): Promise<readonly string[]> {
  const limit = hostMs() + GONE_LIMIT_MS;
  for (;;) {
    const left = await processesOf(base);
    if (left.length === 0 || hostMs() > limit) {
      return left.map(({ identity, stat }) => `${stat.command} (${identity.pid})`);
    }
    await sleep(GONE_POLL_MS);
  }
}
