import { EngineError } from './errors.ts';
import type {
  Change,
  Coordinator,
  Entry,
  GuardedWrite,
  Leadership,
  Snapshot,
  WatchListener,
} from './coordinator.ts';

const SECOND_MS = 1000;
/** Changes that are remembered for a watch from an earlier revision. */
const REMEMBERED_CHANGES = 10_000;

interface Held extends Entry {
  readonly lease: string | null;
}

interface Lease {
  readonly ttlMs: number;
  untilMs: number;
}

interface Watch {
  readonly prefix: string;
  readonly listener: WatchListener;
}

/**
 * The engine of one process, for specs and simulations: several hosts share it through `connect`. Leases end by its
 * clock, looked at whenever somebody calls; `expire` looks without another call.
 */
export class LocalEngine {
  readonly #now: () => number;
  readonly #entries = new Map<string, Held>();
  readonly #leases = new Map<string, Lease>();
  readonly #watches = new Set<Watch>();
  readonly #changes: Change[] = [];
  #revision = 1;
  #leaseCount = 0;
  #compacted = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A client of its own: `close` ends its watches and no others. */
  connect(): Coordinator {
    return new LocalCoordinator(this);
  }

  /** Ends the leases whose time is over. */
  expire(): void {
    for (const [id, { untilMs }] of this.#leases) {
      if (untilMs <= this.#now()) this.release(id);
    }
  }

  /** Forgets all changes up to now, as an engine does that is compacted. */
  compact(): void {
    this.#compacted = this.#revision;
    this.#changes.length = 0;
  }

  get(prefix: string): Snapshot {
    this.expire();
    const entries = [...this.#entries.values()]
      .filter(({ key }) => key.startsWith(prefix))
      .map(({ key, value, revision, created }) => ({ key, value, revision, created }))
      .sort((left, right) => (left.key < right.key ? -1 : 1));
    return { entries, revision: this.#revision };
  }

  put(key: string, value: string, lease: string | null): void {
    this.expire();
    if (lease !== null && !this.#leases.has(lease)) throw new EngineError('lease not found');
    this.#set(key, value, lease);
  }

  remove(keys: readonly string[]): void {
    this.expire();
    const found = keys.filter((key) => this.#entries.has(key));
    if (found.length > 0) this.#commit(found.map((key) => ({ key, held: null })));
  }

  write({ key, revision, value, leadership, consumed }: GuardedWrite): boolean {
    this.expire();
    if ((this.#entries.get(key)?.revision ?? 0) !== revision) return false;
    if (this.#entries.get(leadership.key)?.created !== leadership.token) return false;
    this.#set(key, value, null);
    if (consumed !== undefined) this.remove([consumed]);
    return true;
  }

  create(key: string, value: string): boolean {
    this.expire();
    if (this.#entries.has(key)) return false;
    this.#set(key, value, null);
    return true;
  }

  lease(ttlMs: number): string {
    const id = String(++this.#leaseCount);
    const whole = Math.ceil(ttlMs / SECOND_MS) * SECOND_MS;
    this.#leases.set(id, { ttlMs: whole, untilMs: this.#now() + whole });
    return id;
  }

  keepAlive(id: string): boolean {
    this.expire();
    const lease = this.#leases.get(id);
    if (lease === undefined) return false;
    lease.untilMs = this.#now() + lease.ttlMs;
    return true;
  }

  release(id: string): void {
    this.#leases.delete(id);
    const under = [...this.#entries.values()].filter(({ lease }) => lease === id);
    if (under.length > 0) this.#commit(under.map(({ key }) => ({ key, held: null })));
  }

  lead(key: string, holder: string, lease: string): Leadership | null {
    this.expire();
    const held = this.#entries.get(key);
    if (held === undefined) this.put(key, holder, lease);
    else if (held.lease !== lease) return null;
    return { key, token: this.#entries.get(key)?.created ?? 0 };
  }

  watch(prefix: string, after: number, listener: WatchListener): () => void {
    const watch: Watch = { prefix, listener };
    if (after < this.#compacted) {
      queueMicrotask(() => listener.lost('its changes since then are compacted'));
      return () => undefined;
    }
    this.#watches.add(watch);
    const missed = this.#changes.filter((one) => one.revision > after && under(prefix, one));
    if (missed.length > 0) this.#tell(watch, missed);
    return () => this.#watches.delete(watch);
  }

  // Private

  #set(key: string, value: string, lease: string | null): void {
    const revision = this.#revision + 1;
    const created = this.#entries.get(key)?.created ?? revision;
    this.#commit([{ key, held: { key, value, revision, created, lease } }]);
  }

  #commit(parts: readonly { readonly key: string; readonly held: Held | null }[]): void {
    this.#revision += 1;
    const changes = parts.map(({ key, held }): Change => {
      if (held === null) this.#entries.delete(key);
      else this.#entries.set(key, held);
      return { key, entry: held && withoutLease(held), revision: this.#revision };
    });
    this.#changes.push(...changes);
    const tooMany = this.#changes.length - REMEMBERED_CHANGES;
    if (tooMany > 0) this.#compacted = this.#changes.splice(0, tooMany).at(-1)?.revision ?? 0;
    for (const watch of this.#watches) {
      const seen = changes.filter((one) => under(watch.prefix, one));
      if (seen.length > 0) this.#tell(watch, seen);
    }
  }

  /** As over a network: never within the call that made the change. */
  #tell(watch: Watch, changes: readonly Change[]): void {
    queueMicrotask(() => {
      if (this.#watches.has(watch)) watch.listener.changed(changes);
    });
  }
}

// Private

class LocalCoordinator implements Coordinator {
  readonly #engine: LocalEngine;
  readonly #ends = new Set<() => void>();

  constructor(engine: LocalEngine) {
    this.#engine = engine;
  }

  get = async (prefix: string) => this.#engine.get(prefix);
  put = async (key: string, value: string, lease?: string) =>
    this.#engine.put(key, value, lease ?? null);
  remove = async (key: string) => this.#engine.remove([key]);
  write = async (write: GuardedWrite) => this.#engine.write(write);
  create = async (key: string, value: string) => this.#engine.create(key, value);
  lease = async (ttlMs: number) => this.#engine.lease(ttlMs);
  keepAlive = async (lease: string) => this.#engine.keepAlive(lease);
  release = async (lease: string) => this.#engine.release(lease);
  lead = async (key: string, holder: string, lease: string) =>
    this.#engine.lead(key, holder, lease);
  trouble = async () => null;

  watch(prefix: string, after: number, listener: WatchListener): () => void {
    const end = this.#engine.watch(prefix, after, listener);
    this.#ends.add(end);
    return () => {
      this.#ends.delete(end);
      end();
    };
  }

  close(): void {
    for (const end of this.#ends) end();
    this.#ends.clear();
  }
}

function under(prefix: string, { key }: Change): boolean {
  return key.startsWith(prefix);
}

function withoutLease({ key, value, revision, created }: Held): Entry {
  return { key, value, revision, created };
}
