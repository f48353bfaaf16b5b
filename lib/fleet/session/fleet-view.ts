import type { Entry } from '../engine/coordinator.ts';
import { parseAsk, parseHold, parseHost, parseRollout } from '../rollout/parse.ts';
import {
  type Build,
  type FleetAsk,
  type FleetHold,
  type HostRecord,
  LIMITS,
  type Rollout,
} from '../rollout/records.ts';
import { type Keys, shortOf } from './keys.ts';

/** What one host put of its evidence, unread, and when it was first seen here. */
export interface SeenRecord {
  readonly host: string;
  readonly text: string;
  /** By the clock of this host; absent where it was there before this host looked, so that its age is not known. */
  readonly seenAtMs?: number;
}

interface Parsed<T> {
  readonly revision: number;
  readonly value: T;
}

/** All that the engine has of the fleet, read once for each change; what is not as it should be is left out. */
export class FleetView {
  readonly #keys: Keys;
  readonly #wallNow: () => number;
  readonly #hosts = new Map<string, Parsed<HostRecord | null>>();
  #sorted: readonly HostRecord[] = [];
  readonly #evidence = new Map<string, Parsed<SeenRecord>>();
  /** Evidence that disappeared, which may be put again as it was. */
  readonly #left = new Map<string, SeenRecord>();
  #rollout: Parsed<Rollout | null> = { revision: 0, value: null };
  #leader: Entry | null = null;
  #hold: FleetHold | null = null;
  #ask: FleetAsk | null = null;
  #hasAsk = false;

  constructor(keys: Keys, wallNow: () => number) {
    this.#keys = keys;
    this.#wallNow = wallNow;
  }

  /** Takes what was followed of everything but the evidence. */
  update(entries: ReadonlyMap<string, Entry>): void {
    const { rollout, leader, hold, ask } = this.#keys;
    this.#keep(this.#hosts, this.#keys.host(''), entries, ({ value, key }) => {
      const record = parseHost(value);
      // Nobody speaks for another host.
      return record !== null && key === this.#keys.host(record.host) ? record : null;
    });
    this.#sorted = [...this.#hosts.values()]
      .flatMap(({ value }) => value ?? [])
      .sort((left, right) => (left.host < right.host ? -1 : 1))
      .slice(0, LIMITS.hosts);
    const found = entries.get(rollout);
    if (found === undefined) this.#rollout = { revision: 0, value: null };
    else if (found.revision !== this.#rollout.revision) {
      this.#rollout = { revision: found.revision, value: parseRollout(found.value) };
    }
    this.#leader = entries.get(leader) ?? null;
    const held = entries.get(hold);
    // Whatever is there holds the fleet, also what cannot be read.
    this.#hold = held === undefined ? null : (parseHold(held.value) ?? UNREADABLE);
    const asked = entries.get(ask);
    this.#hasAsk = asked !== undefined;
    this.#ask = asked === undefined ? null : parseAsk(asked.value);
  }

  /** Takes what was followed of the evidence. `isWhole`: all of it was read anew, and may have been there for long. */
  updateEvidence(entries: ReadonlyMap<string, Entry>, isWhole: boolean): void {
    const seenNow = isWhole ? {} : { seenAtMs: this.#wallNow() };
    for (const [key, { value }] of this.#evidence) if (!entries.has(key)) this.#leave(key, value);
    this.#keep(this.#evidence, this.#keys.evidencePrefix, entries, ({ key, value }, kept) => {
      const before = kept ?? this.#left.get(key);
      // Put again under a new lease: it is no younger for that.
      if (before?.text === value) return before;
      return { host: key.slice(key.lastIndexOf('/') + 1), text: value, ...seenNow };
    });
  }

  /** Nothing is known of it while this host does not lead. */
  forgetEvidence(): void {
    this.#evidence.clear();
    this.#left.clear();
  }

  /** Hosts that are there, by name; at most 1000. */
  get hosts(): readonly HostRecord[] {
    return this.#sorted;
  }

  get rollout(): Rollout | null {
    return this.#rollout.value;
  }

  /** What to do about a rollout that is there and cannot be read, which nobody may overwrite; null: it can, or there is none. */
  get rolloutProblem(): string | null {
    const { revision, value } = this.#rollout;
    if (revision === 0 || value !== null) return null;
    return `the rollout in ${this.#keys.rollout} cannot be read by this version of Vili: upgrade Vili, or delete that key in etcd, and the fleet begins anew`;
  }

  /** 0 while there is none. */
  get rolloutRevision(): number {
    return this.#rollout.revision;
  }

  /** The host that leads, and since which revision; null: none does. */
  get leader(): { readonly host: string; readonly token: number } | null {
    return this.#leader && { host: this.#leader.value, token: this.#leader.created };
  }

  get hold(): FleetHold | null {
    return this.#hold;
  }

  get ask(): FleetAsk | null {
    return this.#ask;
  }

  /** There is a request, perhaps one that cannot be read. */
  get hasAsk(): boolean {
    return this.#hasAsk;
  }

  /** What hosts put of their evidence on this build, but for those that the rollout goes on without. */
  evidenceOn({ sha256 }: Build): readonly SeenRecord[] {
    const prefix = `${this.#keys.evidencePrefix}${shortOf(sha256)}/`;
    const { rollout } = this;
    const without = rollout?.candidate.sha256 === sha256 ? rollout.excluded : [];
    return [...this.#evidence].flatMap(([key, { value }]) =>
      key.startsWith(prefix) && !without.includes(value.host) ? value : [],
    );
  }

  // Private

  #leave(key: string, record: SeenRecord): void {
    this.#left.delete(key);
    this.#left.set(key, record);
    for (const oldest of this.#left.keys()) {
      if (this.#left.size <= LIMITS.hosts) return;
      this.#left.delete(oldest);
    }
  }

  #keep<T>(
    parsed: Map<string, Parsed<T>>,
    prefix: string,
    entries: ReadonlyMap<string, Entry>,
    parse: (entry: Entry, before: T | undefined) => T,
  ): void {
    for (const key of parsed.keys()) if (!entries.has(key)) parsed.delete(key);
    for (const [key, entry] of entries) {
      const before = parsed.get(key);
      if (!key.startsWith(prefix) || before?.revision === entry.revision) continue;
      parsed.set(key, { revision: entry.revision, value: parse(entry, before?.value) });
    }
  }
}

// Private

const UNREADABLE: FleetHold = { by: 'somebody', at: '', reason: 'what was written cannot be read' };
