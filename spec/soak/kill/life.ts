import { appendFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ReleaseFaults, writeRelease } from '../../../lib/demo/release.ts';
import type { StatusView } from '../../../lib/operator/views/status-view.ts';
import type { Daemon } from '../../support/daemon.ts';
import { DaemonWorld, IDENTIFIER, type LiveUsers } from '../../support/daemon-world.ts';
import { leaveGoBase } from '../../support/left-base.ts';
import type { Random } from '../../support/seeded.ts';
import type { Intent } from './phases.ts';

/** How long anything may take on a busy host. */
export const LIMIT_MS = 120_000;
/** Rarely: several bases share the processors. */
export const POLL_MS = 250;
export const PROBATION_MS = 1200;
export const ARRIVAL_MS = 150;

const SETTINGS: Readonly<Record<string, string>> = {
  verdict_mode: 'manual',
  probation: `${PROBATION_MS}ms`,
  arrival_stable: `${ARRIVAL_MS}ms`,
  drain_timeout: '1s',
  stop_timeout: '500ms',
};
const USERS_PER_SECOND = 10;
/** Copying, packing and unpacking a version takes so long that a kill can fall into it. */
const PADDING_BYTES = 1024 ** 2;
const FILES_OF_SERVICE = 60;
/** Of them ignore what asks them to end. */
const STUBBORN_SHARE = 0.2;
const STUBBORN: ReleaseFaults = { ignoreSigterm: true, ignoreSighup: true };
const KILLER = new URL('./thread-killer.js', import.meta.url).href;

/** An act that was asked for, and whether Vili had said that it will be done. */
export interface Asked {
  readonly act: 'promote' | 'rollback';
  readonly version: string;
  isAcknowledged: boolean;
}

/** One base with its users, who go on while its Vili is killed and started again. */
export class Life {
  readonly world: DaemonWorld;
  readonly random: Random;
  readonly users: LiveUsers;
  daemon: Daemon;
  /** Every version whose file came, in order. */
  readonly arrived: string[] = [];
  /** Versions that users may meet. */
  readonly trusted = new Set<string>();
  /** Since the last check. */
  asked: Asked[] = [];
  intent: Intent = { isAdopting: false, arriving: null, goingBackTo: null };

  private constructor(world: DaemonWorld, random: Random) {
    this.world = world;
    this.random = random;
    this.users = world.users(USERS_PER_SECOND);
    this.daemon = this.start();
  }

  /** A base that the old program left, whose first Vili has just been started. */
  static async begin(random: Random): Promise<Life> {
    const world = await DaemonWorld.create(SETTINGS);
    await leaveGoBase(world, 'B');
    const life = new Life(world, random);
    life.trusted.add(`${IDENTIFIER}-1.0.0`);
    life.arrived.push(`${IDENTIFIER}-1.0.0`, `${IDENTIFIER}-1.0.1`);
    life.intent = { ...life.intent, isAdopting: true };
    return life;
  }

  start(): Daemon {
    return this.world.start({ environment: { NODE_OPTIONS: `--import=${KILLER}` } });
  }

  /** Nothing is on its way but a test and a probation, and what has started is ready. */
  calm(): Promise<StatusView> {
    return this.daemon.until(
      'all is calm',
      ({ phase, running, testing, rollback }) =>
        running?.state === 'ready' &&
        phase !== 'promoting' &&
        !rollback &&
        (testing === null || testing.state === 'ready'),
      LIMIT_MS,
      POLL_MS,
    );
  }

  /** A new version comes into the base in one step. Returns its name. */
  async drop(): Promise<string> {
    const version = `1.0.${this.arrived.length}`;
    const name = `${IDENTIFIER}-${version}`;
    const faults = this.random.chance(STUBBORN_SHARE) ? STUBBORN : {};
    const aside = await mkdtemp(join(this.world.base, '.user-'));
    const file = await writeRelease(aside, IDENTIFIER, { version, faults });
    await appendFile(file, `//${'x'.repeat(PADDING_BYTES)}\n`);
    this.arrived.push(name);
    this.intent = { ...this.intent, arriving: name };
    await rename(file, join(this.world.base, `${name}.mjs`));
    await rm(aside, { recursive: true });
    return name;
  }

  /** A version under test with files of its own, another one than users have. Returns its name. */
  async tested(): Promise<string> {
    const { testing } = await this.calm();
    const name = testing?.version ?? (await this.drop());
    await this.daemon.testing(name, LIMIT_MS);
    const folder = join(this.world.base, name, 'work');
    await mkdir(folder, { recursive: true });
    const files = Array.from({ length: FILES_OF_SERVICE }, (_, at) => join(folder, `${at}.txt`));
    await Promise.all(files.map((file) => writeFile(file, `${file}\n`)));
    return name;
  }

  /** Asks for the promotion of the version under test; does not wait for the reply. */
  promote(name: string): Asked {
    this.trusted.add(name);
    return this.#ask({ act: 'promote', version: name, isAcknowledged: false });
  }

  rollBack(name: string): Asked {
    this.intent = { ...this.intent, goingBackTo: name };
    this.trusted.add(name);
    return this.#ask({ act: 'rollback', version: name, isAcknowledged: false });
  }

  /** Users have a new version, and the one before is warm. Returns the name of that one. */
  async onProbation(): Promise<string> {
    const name = await this.tested();
    const before = (await this.daemon.client.status()).running?.version ?? '';
    this.promote(name);
    await this.daemon.serving(name, LIMIT_MS);
    return before;
  }

  /** The version that users have; while Vili starts, the one they had. */
  async runningNow(): Promise<string> {
    const status = await this.daemon.client.status().catch(() => null);
    return status?.running?.version ?? `${IDENTIFIER}-1.0.0`;
  }

  /** What was asked before is settled. */
  checked(): void {
    this.asked = [];
    this.intent = { isAdopting: false, arriving: null, goingBackTo: null };
  }

  // Private

  #ask(asked: Asked): Asked {
    this.asked.push(asked);
    const { act, version } = asked;
    this.daemon.client[act]({ version, by: 'soak' }).then(
      () => (asked.isAcknowledged = true),
      // Killed before it replied: done or not.
      () => {},
    );
    return asked;
  }
}
