import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { makeCertificate } from '../../support/certificates.ts';
import { DEFAULT_PROXY_SETTINGS } from '../../support/default-settings.ts';
import { type ProxyProcess, ProxyProcess as Process } from '../../support/proxy-process.ts';
import { withTempFolder } from '../../support/temp-folder.ts';
import { Load } from '../kit/load.ts';
import type { Failure } from '../kit/load-protocol.ts';
import { MemoryWatch } from '../kit/memory.ts';
import { type Measured, measure } from '../kit/quantiles.ts';
import type { CrowdOptions, CrowdTold } from './crowds.ts';
import { SMALL_BYTES, SMALL_PATH } from './paths.ts';

export interface UsersOptions extends Omit<CrowdOptions, 'port'> {
  readonly ratePerSecond: number;
  readonly seconds: number;
}

/** What users met in one phase, and what it cost. */
export interface Phase {
  readonly name: string;
  readonly users: Measured;
  readonly residentBytes: number;
  readonly blockedMs: number;
}

export interface UsersRun {
  readonly phases: readonly Phase[];
  readonly failures: readonly Failure[];
  readonly problems: readonly string[];
  readonly crowd: CrowdTold;
  /** How many slow clients were connected, at the least, once they had all come. */
  readonly slowLeast: number;
}

export const ALONE = 'alone';
export const ARRIVING = 'while they come';
export const TOGETHER = 'all at once';
const WARM_UP = 'warm-up';
const WARM_UP_MS = 10_000;
const COMING_MAX_MS = 120_000;
const POLL_MS = 250;
const MAX_IN_FLIGHT = 2000;
const RESPONSE_LIMIT_MS = 10_000;

/** Users at a steady rate beside clients that take more than their part, in front of a proxy process with defaults. */
export async function runUsers(options: UsersOptions): Promise<UsersRun> {
  const children: ChildProcess[] = [];
  const start = (name: string, argument = ''): ChildProcess => {
    const file = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
    const child = fork(file, [argument], { execArgv: [] });
    children.push(child);
    return child;
  };
  let result: UsersRun | null = null;
  await withTempFolder(async (folder) => {
    const certificate = makeCertificate(folder, 'first');
    const [upstreamPort] = (await once(start('running-child'), 'message')) as [number];
    const target = { instance: 'app-1.0.0/1_running', host: '127.0.0.1', port: upstreamPort };
    const proxy = await Process.open(
      { target },
      {
        request: DEFAULT_PROXY_SETTINGS.request,
        upstream: DEFAULT_PROXY_SETTINGS.upstream,
        tls: { ...certificate, reloadMs: 60_000 },
      },
    );
    try {
      result = await underCrowds(proxy, options, (crowd) =>
        start('crowd-child', JSON.stringify(crowd)),
      );
    } finally {
      await proxy.close();
    }
  }).finally(() => {
    for (const child of children) child.kill('SIGKILL');
  });
  if (result === null) throw new Error('there is no result');
  return result;
}

// Private

async function underCrowds(
  proxy: ProxyProcess,
  { ratePerSecond, seconds, ...crowdOptions }: UsersOptions,
  startCrowd: (options: CrowdOptions) => ChildProcess,
): Promise<UsersRun> {
  const { port } = proxy;
  const memory = new MemoryWatch(proxy.pid);
  const load = await Load.start({
    port,
    isTls: true,
    ratePerSecond,
    shapes: [{ method: 'GET', path: SMALL_PATH, sends: 0, gets: SMALL_BYTES }],
    newConnectionEvery: 10,
    timeoutMs: RESPONSE_LIMIT_MS,
    maxInFlight: MAX_IN_FLIGHT,
  });
  const costs = new Map<string, { residentBytes: number; blockedMs: number }>();
  let problems: readonly string[] = [];
  const phase = async (name: string, until: () => Promise<void>): Promise<void> => {
    await proxy.state();
    memory.take();
    load.phase(name);
    await until();
    const state = await proxy.state();
    problems = state.problems;
    costs.set(name, { residentBytes: memory.take(), blockedMs: state.blockedMs });
  };
  try {
    await phase(WARM_UP, () => sleep(WARM_UP_MS));
    await phase(ALONE, () => sleep(seconds * 1000));
    const told: CrowdTold[] = [];
    let slowLeast = Number.POSITIVE_INFINITY;
    let isComplete = false;
    // Each kind in a process of its own, so that none of them waits for another.
    const none = { port, pipelining: 0, closedWindows: 0, slow: 0, slowPerSecond: 0, floods: 0 };
    const { pipelining, closedWindows, slow, slowPerSecond, floods } = crowdOptions;
    const kinds = [{ pipelining }, { closedWindows }, { slow, slowPerSecond }, { floods }];
    for (const [at, kind] of kinds.entries()) {
      startCrowd({ ...none, ...kind }).on('message', (message: CrowdTold) => {
        told[at] = message;
        if (isComplete) slowLeast = Math.min(slowLeast, sumOf(told).slow);
      });
    }
    await phase(ARRIVING, async () => {
      const limit = performance.now() + COMING_MAX_MS;
      while (sumOf(told).slow < slow * 0.98 && performance.now() < limit) await sleep(POLL_MS);
    });
    isComplete = true;
    await phase(TOGETHER, () => sleep(seconds * 1000));
    const result = await load.finish();
    const phases = [ALONE, ARRIVING, TOGETHER].map((name) => {
      const users = measure(result, (other) => other === name);
      return { name, users, ...(costs.get(name) ?? { residentBytes: 0, blockedMs: 0 }) };
    });
    return { phases, failures: result.failures, problems, crowd: sumOf(told), slowLeast };
  } finally {
    load.kill();
    memory.stop();
  }
}

function sumOf(told: readonly CrowdTold[]): CrowdTold {
  const sum = { pipelining: 0, closedWindows: 0, slow: 0, disconnected: 0, cancelled: 0 };
  for (const one of told.filter((it) => it !== undefined)) {
    for (const key of Object.keys(sum) as (keyof CrowdTold)[]) sum[key] += one[key];
  }
  return sum;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
