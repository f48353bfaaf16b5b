import type { Socket } from 'node:net';
import { type LocalConnection, type Ownership, socketOwners } from '../../runtime/socket-owners.ts';

/** Connections that are looked up at once, and copies that wait for it. */
const MAX_WAITING = 512;
/** Looking up takes at most this share of the time: one part of so many. */
const REST = 10;
const MIN_REST_MS = 10;
const MAX_REST_MS = 300;
/** For so long after a servlet was seen here, a local connection that was too short to look up may be its own. */
const SUSPICION_MS = 60_000;
/** As many such connections are not trusted before it is clear that servlets do not call. */
const MAX_DOUBTS = 20;

/**
 * `servlet`: the client is a process of a servlet of this base. `doubtful`: a client on this host whose connection
 * was over before it could be looked up, while nothing says that servlets do not call.
 */
type OriginState = 'elsewhere' | 'unknown' | 'asked' | 'doubtful' | 'servlet';

/** Where a connection comes from, found out when it first matters. */
export class Origin {
  state: OriginState;
  readonly connection: LocalConnection;
  private waiting: (() => void)[] = [];

  constructor(socket: Pick<Socket, 'remoteAddress' | 'remotePort' | 'localAddress' | 'localPort'>) {
    const { remoteAddress = '', localAddress, remotePort = 0, localPort = 0 } = socket;
    const isLocal = isLoopback(remoteAddress) || remoteAddress === localAddress;
    this.state = isLocal && remotePort !== 0 ? 'unknown' : 'elsewhere';
    this.connection = { peerPort: remotePort, ownPort: localPort };
  }

  /** Whether it is worth looking up, again if need be. */
  get isOpen(): boolean {
    return this.state === 'unknown' || this.state === 'doubtful';
  }

  /** Calls `act` once it is known, or cannot be found out. */
  wait(act: () => void): void {
    this.waiting.push(act);
  }

  settle(state: OriginState): void {
    this.state = state;
    const waiting = this.waiting;
    this.waiting = [];
    for (const act of waiting) act();
  }
}

export type OwnerSearch = (
  connections: readonly LocalConnection[],
  processes: readonly number[],
) => Promise<readonly Ownership[]>;

/**
 * Finds out which connections come from servlets: a version under test that calls the users' port would feed
 * itself with copies. Looks several up at once, in the thread pool, and rests in between; users never wait for it.
 */
export class Origins {
  private readonly search: OwnerSearch;
  private readonly now: () => number;
  private queue: Origin[] = [];
  private processes: readonly number[] = [];
  private isSearching = false;
  private mayStartAtMs = 0;
  private servletSeenAtMs = Number.NEGATIVE_INFINITY;
  private doubts = 0;

  constructor(now: () => number, search: OwnerSearch = socketOwners) {
    this.now = now;
    this.search = search;
  }

  /** Begins to find out, unless it is known or under way. `processes`: the servlets'. */
  ask(origin: Origin, processes: readonly number[]): void {
    if (!origin.isOpen || processes.length === 0) return;
    if (this.queue.length >= MAX_WAITING) return;
    origin.state = 'asked';
    this.processes = processes;
    this.queue.push(origin);
    if (!this.isSearching) void this.run();
  }

  // Private

  private async run(): Promise<void> {
    this.isSearching = true;
    while (this.queue.length > 0) {
      const pauseMs = this.mayStartAtMs - this.now();
      if (pauseMs > 0) await rest(pauseMs);
      const batch = this.queue;
      this.queue = [];
      const startedMs = this.now();
      const owners = await this.owners(batch);
      for (const [index, origin] of batch.entries()) this.settle(origin, owners[index] ?? null);
      const endedMs = this.now();
      const restMs = Math.max(MIN_REST_MS, REST * (endedMs - startedMs));
      this.mayStartAtMs = endedMs + Math.min(MAX_REST_MS, restMs);
    }
    this.isSearching = false;
  }

  private async owners(batch: readonly Origin[]): Promise<readonly Ownership[]> {
    try {
      return await this.search(
        batch.map(({ connection }) => connection),
        this.processes,
      );
    } catch {
      return [];
    }
  }

  private settle(origin: Origin, owned: Ownership): void {
    if (owned === true) this.servletSeenAtMs = this.now();
    if (owned !== null) return origin.settle(owned ? 'servlet' : 'elsewhere');
    const isSuspicious = this.now() - this.servletSeenAtMs < SUSPICION_MS;
    origin.settle(isSuspicious || this.doubts++ < MAX_DOUBTS ? 'doubtful' : 'unknown');
  }
}

// Private

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1' || address.startsWith('::ffff:127.');
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
