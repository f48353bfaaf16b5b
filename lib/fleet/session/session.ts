import { messageOf } from '../../errors.ts';
import type { Coordinator, Entry, Leadership } from '../engine/coordinator.ts';
import { EngineError } from '../engine/errors.ts';
import { follow } from '../engine/follow.ts';
import type { Build, FleetAsk, FleetHold, Rollout } from '../rollout/records.ts';
import { FleetView } from './fleet-view.ts';
import type { Keys } from './keys.ts';

/** A host that is silent for so long is away. */
export const LEASE_MS = 15_000;
/** It begins nothing when its lease was confirmed longer ago: by then others may count it as away. */
const CONFIRMED_MS = LEASE_MS - 4000;

/** In so many beats in a row somebody else's record under its name is no remainder. */
const OTHERS_MAX = 3;

export interface SessionOptions {
  readonly coordinator: Coordinator;
  readonly keys: Keys;
  readonly host: string;
  /** As in its record. */
  readonly instance: string;
  /** Steady, ms. */
  readonly now: () => number;
  readonly wallNow: () => number;
  readonly random: () => number;
  /** What the engine has is another one now; several changes may come as one. */
  readonly onChanged: () => void;
}

/** What a host tells the others. */
export interface Told {
  /** Its record. */
  readonly record: string;
  readonly evidence: { readonly build: Build; readonly text: string } | null;
}

/**
 * This host in the fleet: its lease, what it put under it, whether it leads, and what it knows of the others. One `beat`
 * at a time.
 */
export class FleetSession {
  readonly view: FleetView;
  readonly #options: SessionOptions;
  #lease: string | null = null;
  #confirmedAtMs = Number.NEGATIVE_INFINITY;
  #leadership: Leadership | null = null;
  #put = new Map<string, string>();
  #evidenceKey: string | null = null;
  #problem: string | null = 'the engine has not been reached yet';
  #hasFollowed = false;
  #othersSeen = 0;
  #isOver = false;
  #endFollow: () => void = () => undefined;
  /** Set while this host leads. */
  #endEvidence: (() => void) | null = null;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.view = new FleetView(options.keys, options.wallNow);
  }

  /** Begins to follow the others. */
  begin(): void {
    const { coordinator, keys, onChanged, random } = this.#options;
    this.#endFollow = follow(
      coordinator,
      keys.prefix,
      {
        changed: (entries) => {
          this.#hasFollowed = true;
          this.view.update(entries);
          onChanged();
        },
        problem: (text) => {
          this.#hasFollowed = false;
          this.#problem = text;
          onChanged();
        },
      },
      random,
    );
  }

  /** The engine counts this host in, and what is known of the others is not old: it may begin something. */
  get isAlive(): boolean {
    const age = this.#options.now() - this.#confirmedAtMs;
    return this.#lease !== null && this.#hasFollowed && age < CONFIRMED_MS;
  }

  /** Null unless this host leads. */
  get leadership(): Leadership | null {
    return this.isAlive ? this.#leadership : null;
  }

  /** Why the engine is not there; null: it is. */
  get problem(): string | null {
    return this.isAlive ? null : (this.#problem ?? 'the engine does not reply');
  }

  /** Keeps the lease, puts what is another one than before, and leads if nobody does. @throws EngineError */
  async beat({ record, evidence }: Told): Promise<void> {
    const { keys, host } = this.#options;
    try {
      this.#checkName();
      const lease = await this.#keep();
      await this.#putOnce(keys.host(host), record, lease);
      if (evidence !== null) await this.#putEvidence(evidence.build, evidence.text, lease);
      await this.#lead(lease);
      this.#followEvidence();
      this.#problem = null;
    } catch (error) {
      this.#problem = messageOf(error);
      throw error;
    }
  }

  /** Writes the rollout in one transaction with the leadership. @returns whether it was written. */
  async write(rollout: Rollout, consumesAsk: boolean): Promise<boolean> {
    const { coordinator, keys } = this.#options;
    const leadership = this.#leadership;
    if (leadership === null) return false;
    return coordinator.write({
      key: keys.rollout,
      revision: this.view.rolloutRevision,
      value: JSON.stringify(rollout),
      leadership,
      ...(consumesAsk && { consumed: keys.ask }),
    });
  }

  /** Nothing is promoted by itself from now on. */
  hold(hold: FleetHold): Promise<void> {
    return this.#options.coordinator.put(this.#options.keys.hold, JSON.stringify(hold));
  }

  release(): Promise<void> {
    return this.#options.coordinator.remove(this.#options.keys.hold);
  }

  /** False: another request is still with the leader. */
  ask(ask: FleetAsk): Promise<boolean> {
    return this.#options.coordinator.create(this.#options.keys.ask, JSON.stringify(ask));
  }

  /** Takes away a request that nobody can carry out. */
  dropAsk(): Promise<void> {
    return this.#options.coordinator.remove(this.#options.keys.ask);
  }

  trouble(): Promise<string | null> {
    return this.#options.coordinator.trouble();
  }

  /** Leaves at once, as far as the engine is there, and closes everything. */
  async end(): Promise<void> {
    this.#isOver = true;
    this.#endFollow();
    this.#endEvidence?.();
    const lease = this.#lease;
    this.#lease = null;
    try {
      if (lease !== null) await this.#options.coordinator.release(lease);
    } catch {
      // It runs out by itself.
    }
    this.#options.coordinator.close();
  }

  // Private

  /** Two hosts of one name would overwrite each other: the one whose record was overwritten stays out. */
  #checkName(): void {
    const { host, instance } = this.#options;
    const found = this.view.hosts.find((one) => one.host === host);
    const isOther = found !== undefined && found.instance !== instance;
    // Its own record of an earlier run is there until it is overwritten, and what is followed lags behind.
    this.#othersSeen = isOther ? this.#othersSeen + 1 : 0;
    if (this.#othersSeen < OTHERS_MAX) return;
    this.#lose();
    throw new EngineError(
      `another host calls itself ${host} in this fleet: set fleet.host on both`,
    );
  }

  /** Only the leader adds it up, and 200 hosts need not be told of it by 200. */
  #followEvidence(): void {
    const { coordinator, keys, random } = this.#options;
    const isLeader = this.#leadership !== null && this.#lease !== null;
    if (this.#isOver || isLeader === (this.#endEvidence !== null)) return;
    this.#endEvidence?.();
    this.#endEvidence = null;
    if (!isLeader) return this.view.forgetEvidence();
    // The leader adds it up at most once a second, at its ticks: 200 hosts put theirs 40 times a second.
    const changed = (entries: ReadonlyMap<string, Entry>, isWhole: boolean): void => {
      this.view.updateEvidence(entries, isWhole);
    };
    // That the engine is gone is noticed by what else is followed.
    const listener = { changed, problem: () => undefined };
    this.#endEvidence = follow(coordinator, keys.evidencePrefix, listener, random);
  }

  async #keep(): Promise<string> {
    const { coordinator, now } = this.#options;
    const sentAtMs = now();
    if (this.#lease !== null && !(await coordinator.keepAlive(this.#lease))) this.#lose();
    this.#lease ??= await coordinator.lease(LEASE_MS);
    this.#confirmedAtMs = sentAtMs;
    return this.#lease;
  }

  /** All that was under the lease is gone with it. */
  #lose(): void {
    this.#lease = null;
    this.#leadership = null;
    this.#evidenceKey = null;
    this.#put.clear();
  }

  async #putEvidence(build: Build, text: string, lease: string): Promise<void> {
    const { keys, host, coordinator } = this.#options;
    const key = keys.evidence(build, host);
    if (this.#evidenceKey !== null && this.#evidenceKey !== key) {
      await coordinator.remove(this.#evidenceKey);
      this.#put.delete(this.#evidenceKey);
    }
    this.#evidenceKey = key;
    await this.#putOnce(key, text, lease);
  }

  async #putOnce(key: string, value: string, lease: string): Promise<void> {
    if (this.#put.get(key) === value) return;
    await this.#options.coordinator.put(key, value, lease);
    this.#put.set(key, value);
  }

  async #lead(lease: string): Promise<void> {
    const { coordinator, keys, host } = this.#options;
    const { leader, rolloutProblem } = this.view;
    if (rolloutProblem !== null) return this.#resign();
    if (leader !== null && leader.token === this.#leadership?.token) return;
    // Nobody leads, or what is known of it is old; who has it already is told so.
    if (leader !== null && leader.host !== host) this.#leadership = null;
    else this.#leadership = await coordinator.lead(keys.leader, host, lease);
  }

  /** Somebody who can read the rollout has to lead. */
  async #resign(): Promise<void> {
    if (this.#leadership === null) return;
    this.#leadership = null;
    // The lease was confirmed just now, and the key is under it.
    await this.#options.coordinator.remove(this.#options.keys.leader);
  }
}
