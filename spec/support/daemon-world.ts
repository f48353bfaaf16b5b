import { mkdtemp, readdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ReleaseFaults, writeRelease } from '../../lib/demo/release.ts';
import { startUsers, type UserCounts } from '../../lib/demo/users.ts';
import { type ScannedProcess, signalProcess } from '../../lib/servlet/process/identity.ts';
import { tagPrefixOf } from '../../lib/servlet/process/tag.ts';
import { targetOf } from './base-listing.ts';
import { type Answer, Daemon, runVili, type StartOptions } from './daemon.ts';
import { PATIENCE } from './patience.ts';
import { freePort, servletPorts } from './ports.ts';
import { scanByTag } from './servlets.ts';

export const IDENTIFIER = 'shop';

const GONE_LIMIT_MS = 3000;
/** How long a user waits for a response. */
const USER_LIMIT_MS = 10_000;

/** Everything is quick here; a real service keeps the defaults. */
const SHORT: Readonly<Record<string, string>> = {
  host: '127.0.0.1',
  identifier: IDENTIFIER,
  readiness_path: '/health',
  readiness_timeout: '15s',
  readiness_interval: '50ms',
  arrival_stable: '300ms',
  arrival_poll: '50ms',
  drain_timeout: '3s',
  stop_timeout: '2s',
  restart_backoff_min: '100ms',
  restart_backoff_max: '500ms',
  restart_reset_after: '5s',
  // Specs run on busy machines; how copies are left out there has specs of its own.
  mirror_busy_limit: '100%',
  // Nor is it the specs' business how full the disk of the machine is.
  disk_min_free: '0%',
  verdict_min_requests: '60',
  verdict_min_time: '2s',
  verdict_margin: '5%',
  verdict_warmup_requests: '20',
  verdict_warmup_time: '1s',
  verdict_confirm_time: '1s',
  verdict_log_window: '500ms',
  probation: '5m',
};

export interface LiveUsers {
  counts(): UserCounts;
  /** Which versions answered, and how often, by the demo service's own header. */
  readonly versions: ReadonlyMap<string, number>;
  /** Stops asking; resolves when every answer has come. */
  stop(): Promise<UserCounts>;
}

/** A base folder with everything that happens in it: releases, daemons, users. */
export class DaemonWorld {
  readonly base: string;
  readonly port: number;
  readonly ports: { readonly from: number; readonly to: number };
  readonly #daemons: Daemon[] = [];
  readonly #users: LiveUsers[] = [];

  private constructor(base: string, port: number, ports: DaemonWorld['ports']) {
    this.base = base;
    this.port = port;
    this.ports = ports;
  }

  /** Settings are keys as in `.env`; null leaves one out. The base is made in `parent`. */
  static async create(
    settings: Readonly<Record<string, string | null>> = {},
    parent = tmpdir(),
  ): Promise<DaemonWorld> {
    const base = await realpath(await mkdtemp(join(parent, 'vili-daemon-')));
    const world = new DaemonWorld(base, await freePort(), servletPorts());
    await world.configure(settings);
    return world;
  }

  async configure(settings: Readonly<Record<string, string | null>>): Promise<void> {
    const { port, ports } = this;
    const own = { port: String(port), port_range: `${ports.from}-${ports.to}` };
    const all = Object.entries({ ...own, ...SHORT, ...settings });
    const lines = all.filter(([, value]) => value !== null).map(([key, it]) => `${key}="${it}"\n`);
    await writeFile(join(this.base, '.env'), lines.join(''));
  }

  start(options?: StartOptions): Daemon {
    const daemon = new Daemon(this.base, options);
    this.#daemons.push(daemon);
    return daemon;
  }

  /** Starts with 1.0.0 in the base and waits until it serves. */
  async startServing(options?: StartOptions, faults?: ReleaseFaults): Promise<Daemon> {
    await this.drop('1.0.0', faults);
    const daemon = this.start(options);
    await daemon.serving(`${IDENTIFIER}-1.0.0`);
    return daemon;
  }

  /** Puts a server file of the demo service into the base in one step. Returns its path. */
  async drop(version: string, faults?: ReleaseFaults): Promise<string> {
    const release = faults === undefined ? { version } : { version, faults };
    return writeRelease(this.base, IDENTIFIER, release);
  }

  /** Writes a file of the user into the base. */
  write(name: string, content: string | Buffer): Promise<void> {
    return writeFile(join(this.base, name), content);
  }

  /** Puts a file of the user into the base in one step. */
  async arrive(name: string, content: string): Promise<void> {
    const aside = join(this.base, `.${name}.part`);
    await writeFile(aside, content);
    await rename(aside, join(this.base, name));
  }

  /** The links of the base folder itself, by name, each with where it leads. */
  async links(): Promise<Record<string, string>> {
    const links: Record<string, string> = {};
    for (const entry of await readdir(this.base, { withFileTypes: true })) {
      if (entry.isSymbolicLink()) links[entry.name] = await targetOf(this.base, entry.name);
    }
    return links;
  }

  users(ratePerSecond: number): LiveUsers {
    const leaving = new AbortController();
    const versions = new Map<string, number>();
    const load = startUsers({
      port: this.port,
      host: '127.0.0.1',
      ratePerSecond,
      maxInFlight: 256,
      timeoutMs: USER_LIMIT_MS * PATIENCE,
      signal: leaving.signal,
      random: Math.random,
      onResponse: ({ headers }) => {
        const version = String(headers['x-shop-version'] ?? 'none');
        versions.set(version, (versions.get(version) ?? 0) + 1);
      },
    });
    const stop = (): Promise<UserCounts> => {
      leaving.abort();
      return load.done;
    };
    const users = { counts: () => load.counts(), versions, stop };
    this.#users.push(users);
    return users;
  }

  vili(...args: readonly string[]): Promise<Answer> {
    return runVili(this.base, args);
  }

  /** Every process with the tag of this base: servlets and what they started. */
  processes(): Promise<readonly ScannedProcess[]> {
    return scanByTag(tagPrefixOf(this.base));
  }

  async untilNoProcess(limitMs = GONE_LIMIT_MS * PATIENCE): Promise<void> {
    const deadline = Date.now() + limitMs;
    for (;;) {
      const left = await this.processes();
      if (left.length === 0) return;
      if (Date.now() > deadline) {
        const names = left.map(({ identity, stat }) => `${stat.command} (${identity.pid})`);
        throw new Error(`processes are left: ${names.join(', ')}`);
      }
      await sleep(20);
    }
  }

  /**
   * Ends users, daemons and, if need be, servlets, and removes the folder. Throws when a daemon
   * that was asked to leave left something behind or had to be killed.
   */
  async end(): Promise<void> {
    const problems: string[] = [];
    await Promise.all(this.#users.map((users) => users.stop()));
    for (const daemon of this.#daemons) {
      await daemon.kill('SIGTERM').catch(async (error: unknown) => {
        problems.push(String(error));
        await daemon.kill('SIGKILL');
      });
    }
    await this.untilNoProcess().catch((error: unknown) => problems.push(String(error)));
    for (const { identity } of await this.processes()) signalProcess(identity, 'SIGKILL');
    await this.untilNoProcess();
    await rm(this.base, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    if (problems.length > 0) throw new Error(problems.join('\n'));
  }
}

/** One world for one spec, ended whatever happens; the first failure is the one that is told. */
export async function withWorld(
  settings: Readonly<Record<string, string | null>>,
  use: (world: DaemonWorld) => Promise<void>,
  parent = tmpdir(),
): Promise<void> {
  const world = await DaemonWorld.create(settings, parent);
  try {
    await use(world);
  } catch (error) {
    await world.end().catch(() => undefined);
    throw error;
  }
  await world.end();
}
