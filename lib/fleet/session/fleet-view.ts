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
  /** By the clock of this host. */
  readonly seenAtMs: number;
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
  readonly #evidence = new Map<string, Parsed<SeenRecord>>();
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

  /** Takes what was followed of the evidence; nothing is known of it while this host does not lead. */
  updateEvidence(entries: ReadonlyMap<string, Entry>): void {
    this.#keep(this.#evidence, this.#keys.evidencePrefix, entries, ({ key, value }) => {
      return { host: key.slice(key.lastIndexOf('/') + 1), text: value, seenAtMs: this.#wallNow() };
    });
  }

  /** Hosts that are there, by name; at most 1000. */
  get hosts(): readonly HostRecord[] {
    const found = [...this.#hosts.values()].flatMap(({ value }) => value ?? []);
    return found
      .toSorted((left, right) => (left.host < right.host ? -1 : 1))
      .slice(0, LIMITS.hosts);
  }

  get rollout(): Rollout | null {
    return this.#rollout.value;
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

  /** What hosts put of their evidence on this build. */
  evidenceOn({ sha256 }: Build): readonly SeenRecord[] {
    const prefix = `${this.#keys.evidencePrefix}${shortOf(sha256)}/`;
    return [...this.#evidence].flatMap(([key, { value }]) => (key.startsWith(prefix) ? value : []));
  }

  // Private

  #keep<T>(
    parsed: Map<string, Parsed<T>>,
    prefix: string,
    entries: ReadonlyMap<string, Entry>,
    parse: (entry: Entry) => T,
  ): void {
    for (const key of parsed.keys()) if (!entries.has(key)) parsed.delete(key);
    for (const [key, entry] of entries) {
      if (!key.startsWith(prefix) || parsed.get(key)?.revision === entry.revision) continue;
      parsed.set(key, { revision: entry.revision, value: parse(entry) });
    }
  }
}

// Private

const UNREADABLE: FleetHold = { by: 'somebody', at: '', reason: 'what was written cannot be read' };
