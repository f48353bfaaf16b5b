import { setTimeout as sleep } from 'node:timers/promises';
import { startUsers, type UserCounts, type Users } from '../../../lib/demo/users.ts';
import type { Daemon } from '../../support/daemon.ts';
import { DaemonWorld, IDENTIFIER } from '../../support/daemon-world.ts';

const SERVING_LIMIT_MS = 60_000;
const USERS_IN_FLIGHT_MAX = 500;
/** Longer than any pause here. */
const RESPONSE_LIMIT_MS = 60_000;
/** Requests that were sent to a killed servlet before its connections were seen to be broken. */
const NOTICED_MS = 1000;
const FIRST = '1.0.0';

/** When users of a host had nobody to ask, by `performance.now()`. */
export interface Outage {
  readonly fromMs: number;
  untilMs: number;
}

export interface UserFailure {
  readonly request: string;
  readonly problem: string;
  readonly begunMs: number;
  readonly endedMs: number;
}

export interface HostOptions {
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly ratePerSecond: number;
}

/** One host of the fleet: its base, its Vili, which may be killed, and its users, who stay. */
export class FleetHost {
  readonly name: string;
  readonly world: DaemonWorld;
  readonly outages: Outage[] = [];
  readonly failures: UserFailure[] = [];
  /** Version -> how many responses of it. */
  readonly versions = new Map<string, number>();
  readonly #options: HostOptions;
  readonly #leaving = new AbortController();
  readonly #users: Users;
  #daemon: Daemon;

  private constructor(options: HostOptions, world: DaemonWorld, daemon: Daemon) {
    this.name = options.name;
    this.world = world;
    this.#options = options;
    this.#daemon = daemon;
    this.#users = this.#begin();
  }

  /** Resolves when it serves its first version. */
  static async begin(options: HostOptions): Promise<FleetHost> {
    const world = await DaemonWorld.create({ ...options.settings, fleet_host: options.name });
    try {
      const daemon = await world.startServing({ environment: options.environment });
      return new FleetHost(options, world, daemon);
    } catch (error) {
      await world.end().catch(() => undefined);
      throw error;
    }
  }

  get daemon(): Daemon {
    return this.#daemon;
  }

  /** Kills its Vili, leaves it so for a time, and starts it again. Resolves when users are served again. */
  async kill(downMs: number): Promise<void> {
    const outage: Outage = { fromMs: performance.now(), untilMs: Number.POSITIVE_INFINITY };
    this.outages.push(outage);
    await this.#daemon.kill('SIGKILL');
    await sleep(downMs);
    this.#daemon = this.world.start({ environment: this.#options.environment });
    await this.#daemon.until(
      `${this.name} serves again`,
      ({ running }) => running?.state === 'ready',
      SERVING_LIMIT_MS,
    );
    outage.untilMs = performance.now();
  }

  /** Kills the process that users have. Returns its version. */
  async killRunning(): Promise<string> {
    const { running } = await this.#daemon.client.status();
    const pid = running?.pid ?? null;
    if (running === null || pid === null) return 'which has none';
    const fromMs = performance.now();
    this.outages.push({ fromMs, untilMs: fromMs + NOTICED_MS });
    process.kill(pid, 'SIGKILL');
    return running.version;
  }

  /** Stops its Vili in the middle of whatever it does, and lets it go on. */
  async pause(forMs: number): Promise<void> {
    const { pid } = this.#daemon;
    process.kill(pid, 'SIGSTOP');
    try {
      await sleep(forMs);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  }

  async stopUsers(): Promise<UserCounts> {
    this.#leaving.abort();
    return this.#users.done;
  }

  async end(): Promise<void> {
    await this.stopUsers();
    await this.world.end();
  }

  // Private

  #begin(): Users {
    return startUsers({
      port: this.world.port,
      host: '127.0.0.1',
      ratePerSecond: this.#options.ratePerSecond,
      maxInFlight: USERS_IN_FLIGHT_MAX,
      timeoutMs: RESPONSE_LIMIT_MS,
      signal: this.#leaving.signal,
      random: Math.random,
      onResponse: ({ headers }) => {
        const version = `${IDENTIFIER}-${String(headers['x-shop-version'] ?? 'none')}`;
        this.versions.set(version, (this.versions.get(version) ?? 0) + 1);
      },
      onFailure: (request, problem, begunMs) => {
        this.failures.push({ request, problem, begunMs, endedMs: performance.now() });
      },
    });
  }
}

/** What hosts have in the beginning. */
export const FIRST_VERSION = `${IDENTIFIER}-${FIRST}`;
