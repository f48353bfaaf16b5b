/** The largest value that an engine takes here, characters: far above every record of a fleet. */
export const VALUE_MAX_CHARACTERS = 262_144;

/** One key as the engine has it. */
export interface Entry {
  readonly key: string;
  readonly value: string;
  /** The revision of its last change. */
  readonly revision: number;
  /** The revision at which it was created: the same key, deleted and made anew, has another one. */
  readonly created: number;
}

/** All keys below a prefix at one revision. */
export interface Snapshot {
  readonly entries: readonly Entry[];
  readonly revision: number;
}

/** One change of a key; `entry` is null when it was deleted, or its lease ran out. */
export interface Change {
  readonly key: string;
  readonly entry: Entry | null;
  readonly revision: number;
}

/**
 * Who leads: a key that exists as long as its holder's lease. `token` is the revision at which it was created, so that
 * a later leader always has a greater one.
 */
export interface Leadership {
  readonly key: string;
  readonly token: number;
}

/** What one transaction does, if the leader is still who it was. */
export interface GuardedWrite {
  readonly key: string;
  /** The revision of the value that was read; 0: the key does not exist. */
  readonly revision: number;
  readonly value: string;
  readonly leadership: Leadership;
  /** Is deleted with it. */
  readonly consumed?: string;
}

export interface WatchListener {
  changed(changes: readonly Change[]): void;
  /** Changes are missing, since the engine has forgotten them or was not reached; the watch is over. */
  lost(problem: string): void;
}

/**
 * The few things a fleet needs of an engine. Every call ends within a bounded time, and fails with VILI_FLEET_ENGINE
 * when the engine is not reached or does not reply as it should; whether a write took place is then not known.
 */
export interface Coordinator {
  get(prefix: string): Promise<Snapshot>;
  /** Under a lease it disappears with it. Fails when there is no such lease. */
  put(key: string, value: string, lease?: string): Promise<void>;
  remove(key: string): Promise<void>;
  /** False when the value or the leader is another one now, and nothing was written. */
  write(write: GuardedWrite): Promise<boolean>;
  /** Creates the key; false when it exists. */
  create(key: string, value: string): Promise<boolean>;
  /** A new lease. It ends after `ttlMs` (whole seconds) without `keepAlive`. */
  lease(ttlMs: number): Promise<string>;
  /** False when the lease has ended. */
  keepAlive(lease: string): Promise<boolean>;
  /** Ends a lease, and all that was put under it. */
  release(lease: string): Promise<void>;
  /** Takes the key under the lease, or finds that it has it already; null while another lease has it. */
  lead(key: string, holder: string, lease: string): Promise<Leadership | null>;
  /** Changes after that revision, in order. Returns what ends it. */
  watch(prefix: string, after: number, listener: WatchListener): () => void;
  /** What an operator of the engine has to know, or null: that it grows without bound, or takes no writes. */
  trouble(): Promise<string | null>;
  /** Ends everything that is open. */
  close(): void;
}
