import { setTimeout as sleep } from 'node:timers/promises';
import type { StatusView } from '../../../lib/operator/views/status-view.ts';
import type { Daemon } from '../../support/daemon.ts';
import { DaemonWorld, IDENTIFIER } from '../../support/daemon-world.ts';
import {
  type Accounts,
  accountsAtRest,
  accountsOf,
  between,
  imbalanceOf,
} from '../kit/accounts.ts';
import { Load } from '../kit/load.ts';
import type { Failure, LoadResult, RequestShape } from '../kit/load-protocol.ts';
import { MemoryWatch } from '../kit/memory.ts';
import { type Measured, measure } from '../kit/quantiles.ts';
import { dropRelease, type SoakFault } from '../kit/release.ts';

/** A test goes on whatever testing does: verdicts are only reported, and testing is always restarted. */
const SETTINGS: Readonly<Record<string, string | null>> = {
  verdict_mode: 'manual',
  mirror_busy_limit: null,
  restart_testing_max: '1000',
  restart_backoff_min: '100ms',
  restart_backoff_max: '500ms',
  // A hang is noticed within 3 s, so that testing hangs again and again.
  liveness_interval: '1s',
  liveness_timeout: '1s',
  log_dir: 'logs_vili',
};
const SHAPES: readonly RequestShape[] = [
  ...Array.from({ length: 6 }, () => get(300)),
  get(16_384),
  get(0),
  get(100_000),
  { method: 'POST', path: '/echo', sends: 1000, gets: 1000 },
];
const RESPONSE_LIMIT_MS = 10_000;
const MAX_IN_FLIGHT = 1000;
const ARRIVAL_LIMIT_MS = 30_000;
/** Faults by which the process ends, or for which it is killed. */
const RESTARTING: ReadonlySet<SoakFault> = new Set(['stop', 'refuse', 'crash']);

export interface FaultRunOptions {
  readonly faults: readonly SoakFault[];
  readonly ratePerSecond: number;
  /** How long each fault lasts, from the arrival of the version. */
  readonly seconds: number;
  /** How long there is only running before the first fault, between faults and after the last. */
  readonly pauseSeconds: number;
  /** How long a healthy version is tested before: a young daemon still grows by itself. */
  readonly warmUpSeconds: number;
  readonly settings?: Readonly<Record<string, string | null>>;
  /** Called at the end of each fault, while it still lasts. */
  readonly inspect?: (fault: SoakFault, world: DaemonWorld) => Promise<void>;
}

export interface FaultRow {
  readonly fault: SoakFault;
  readonly users: Measured;
  /** The same users just before and just after the fault, without a testing version. */
  readonly without: Measured;
  /** The most memory of the daemon, and the most before the first fault, in bytes. */
  readonly residentBytes: number;
  readonly residentBeforeBytes: number;
  /** The most memory just after the fault, without a testing version. */
  readonly restingBytes: number;
  readonly accounts: Accounts;
  /** How often the testing version was restarted. */
  readonly restarts: number;
}

export interface FaultRun {
  readonly rows: readonly FaultRow[];
  readonly failures: readonly Failure[];
  /** Responses that came from a version that was not running. */
  readonly misrouted: number;
  /** received - (mirrored + skipped + dropped + failed) at each rest: all 0. */
  readonly imbalances: readonly number[];
  readonly sent: number;
  readonly received: number;
  readonly result: LoadResult;
}

/** Tests one bad version after the other under users at a fixed rate. */
export async function runFaults(options: FaultRunOptions): Promise<FaultRun> {
  const world = await DaemonWorld.create({ ...SETTINGS, ...options.settings });
  let load: Load | null = null;
  let memory: MemoryWatch | null = null;
  try {
    const trusted = await dropRelease(world.base, { identifier: IDENTIFIER, version: '1.0.0' });
    const daemon = world.start();
    await daemon.serving(trusted);
    load = await Load.start({
      port: world.port,
      ratePerSecond: options.ratePerSecond,
      shapes: SHAPES,
      newConnectionEvery: 0,
      timeoutMs: RESPONSE_LIMIT_MS,
      maxInFlight: MAX_IN_FLIGHT,
    });
    memory = new MemoryWatch(daemon.pid);
    return await play(options, world, daemon, load, memory);
  } finally {
    memory?.stop();
    load?.kill();
    await world.end();
  }
}

// Private

async function play(
  options: FaultRunOptions,
  world: DaemonWorld,
  daemon: Daemon,
  load: Load,
  memory: MemoryWatch,
): Promise<FaultRun> {
  const pauseMs = options.pauseSeconds * 1000;
  const parts: Omit<FaultRow, 'users' | 'without'>[] = [];
  const imbalances: number[] = [];
  // A healthy test first: what every test costs is there before memory is measured.
  load.phase('warm-up');
  await test(world, daemon, { version: '1.1.0', fault: 'none', ms: options.warmUpSeconds * 1000 });
  await endTest(daemon);
  memory.take();
  load.phase(alone(0));
  await sleep(pauseMs);
  await load.rest();
  const residentBeforeBytes = memory.take();
  let before = await accountsAtRest(daemon);
  for (const [at, fault] of options.faults.entries()) {
    load.phase(fault);
    const version = `1.2.${at}`;
    const restarts = await test(world, daemon, { version, fault, ms: options.seconds * 1000 });
    await options.inspect?.(fault, world);
    await endTest(daemon);
    const testingBytes = memory.take();
    load.phase(alone(at + 1));
    await sleep(pauseMs);
    await load.rest();
    const accounts = await accountsAtRest(daemon);
    imbalances.push(imbalanceOf(accounts));
    const restingBytes = memory.take();
    const spent = between(before, accounts);
    const residentBytes = Math.max(testingBytes, restingBytes);
    const memoryBytes = { residentBytes, residentBeforeBytes, restingBytes };
    parts.push({ fault, ...memoryBytes, restarts, accounts: spent });
    before = accounts;
  }
  const result = await load.finish();
  return {
    rows: parts.map((part, at) => ({
      ...part,
      users: measure(result, (phase) => phase === part.fault),
      without: measure(result, (phase) => phase === alone(at) || phase === alone(at + 1)),
    })),
    failures: result.failures,
    misrouted: misroutedIn(result),
    imbalances,
    sent: result.dueMs.length,
    received: before.received,
    result,
  };
}

/** Drops a version and tests it for that time. Returns how often it was restarted. */
async function test(
  world: DaemonWorld,
  daemon: Daemon,
  { version, fault, ms }: { version: string; fault: SoakFault; ms: number },
): Promise<number> {
  const until = performance.now() + ms;
  const before = accountsOf((await daemon.until('status', () => true)).traffic);
  const name = await dropRelease(world.base, { identifier: IDENTIFIER, version, fault });
  // A version that ends again and again may never be seen ready.
  await daemon.until(
    `${name} is tested`,
    ({ testing, verdict }) => testing?.version === name && verdict?.version === name,
    ARRIVAL_LIMIT_MS,
  );
  await sleep(Math.max(0, until - performance.now()));
  // On a busy machine a short time may not be enough for the fault to show.
  const { testing } = await daemon.until(
    `${name} is still tested, and its fault shows`,
    (status) => status.testing?.version === name && shows(fault, before, status),
    ARRIVAL_LIMIT_MS,
  );
  return testing?.restarts ?? 0;
}

/** Whether testing was restarted where its fault leads to that, or else copies ended as expected. */
function shows(fault: SoakFault, before: Accounts, { testing, traffic }: StatusView): boolean {
  if (RESTARTING.has(fault)) return (testing?.restarts ?? 0) >= 1;
  const since = between(before, accountsOf(traffic));
  if (fault === 'malformed') return since.failed >= 1;
  return fault === 'sleep' || since.mirrored >= 1;
}

async function endTest(daemon: Daemon): Promise<void> {
  await daemon.client.reject({ by: 'soak', reason: 'its time is over' });
  await daemon.until('no test', ({ testing }) => testing === null, ARRIVAL_LIMIT_MS);
}

function alone(at: number): string {
  return `alone ${at}`;
}

function misroutedIn({ versions, version, headMs }: LoadResult): number {
  const trusted = versions.indexOf('1.0.0');
  return version.filter((it, at) => it !== trusted && !Number.isNaN(headMs[at])).length;
}

function get(bytes: number): RequestShape {
  return { method: 'GET', path: `/bytes/${bytes}`, sends: 0, gets: bytes };
}
