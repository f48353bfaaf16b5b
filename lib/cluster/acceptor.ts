import { createServer, type Server, type Socket } from 'node:net';
import { messageOf } from '../errors.ts';
import type { ListenPlace } from '../proxy/downstream/listener.ts';
import { type ListenerSource, openFrom } from '../proxy/proxy.ts';
import { DeadlineQueue } from '../proxy/io/deadline-queue.ts';

/** How long a connection waits while no process can take it; a stuck process is replaced by then. */
const WAIT_MAX_MS = 15_000;

/** Takes connections, one at a time. */
export interface ConnectionTaker {
  readonly isFree: boolean;
  /** Open connections. */
  readonly open: number;
  take(socket: Socket): void;
}

/**
 * Accepts connections on the users' port and hands each to the process that has the fewest. The port
 * stays open whatever happens to the processes.
 */
export class Acceptor {
  /** Connections closed at once: there were too many, or no process took them in time. */
  rejected = 0;
  readonly #maxConnections: number;
  readonly #takers: () => readonly ConnectionTaker[];
  readonly #onProblem: (text: string) => void;
  readonly server: Server;
  readonly #waiting: DeadlineQueue<Socket>;
  #isClosed = false;

  constructor(
    maxConnections: number,
    takers: () => readonly ConnectionTaker[],
    onProblem: (text: string) => void,
  ) {
    this.#onProblem = onProblem;
    this.#maxConnections = maxConnections;
    this.#takers = takers;
    this.#waiting = new DeadlineQueue(WAIT_MAX_MS, (socket) => this.#reject(socket));
    this.server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) =>
      this.#accept(socket),
    );
  }

  /** @throws ViliError VILI_GATE_LISTEN when the port cannot be opened. */
  async listen(place: ListenPlace, handed?: ListenerSource): Promise<number> {
    const opened = await openFrom(this.server, place, handed);
    this.server.on('error', (error) => {
      this.#onProblem(`a connection could not be accepted: ${messageOf(error)}`);
    });
    return opened;
  }

  /** Hands over waiting connections, as far as processes are free. */
  dispatch(): void {
    while (this.#waiting.size > 0) {
      const taker = this.#leastBusy();
      const socket = taker === null ? undefined : this.#waiting.shift();
      if (socket === undefined) return;
      taker?.take(socket);
    }
  }

  /** Takes back a connection from which nothing has been read. */
  requeue(socket: Socket): void {
    if (this.#isClosed) return void socket.destroy();
    this.#waiting.add(socket);
    this.dispatch();
  }

  /** Takes no more connections, and hands over those that wait. */
  leave(): void {
    this.server.close();
  }

  /** Connections that wait for a process. */
  get waiting(): number {
    return this.#waiting.size;
  }

  close(): void {
    this.#isClosed = true;
    this.server.close();
    for (let left = this.#waiting.size; left > 0; left--) this.#waiting.shift()?.destroy();
  }

  // Private

  #accept(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    let open = this.#waiting.size;
    for (const taker of this.#takers()) open += taker.open;
    if (open >= this.#maxConnections) return this.#reject(socket);
    this.#waiting.add(socket);
    this.dispatch();
  }

  #reject(socket: Socket): void {
    this.rejected++;
    socket.destroy();
  }

  #leastBusy(): ConnectionTaker | null {
    let best: ConnectionTaker | null = null;
    for (const taker of this.#takers()) {
      if (taker.isFree && (best === null || taker.open < best.open)) best = taker;
    }
    return best;
  }
}
