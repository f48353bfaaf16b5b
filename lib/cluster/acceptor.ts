import { createServer, type Server, type Socket } from 'node:net';
import { messageOf } from '../errors.ts';
import { openListener } from '../proxy/downstream/listener.ts';
import { DeadlineQueue } from '../proxy/io/deadline-queue.ts';

/** How long a connection waits while no process can take it; a stuck one is replaced by then. */
const WAIT_MAX_MS = 15_000;

/** Somebody who takes connections, one at a time. */
export interface Taker {
  readonly isFree: boolean;
  /** Connections it has. */
  readonly open: number;
  take(socket: Socket): void;
}

/**
 * The users' port: accepts connections and hands each to the process that has fewest. It stays open
 * whatever happens to the processes.
 */
export class Acceptor {
  /** Connections closed at once, since there were too many or nobody took them in time. */
  refused = 0;
  readonly #maxConnections: number;
  readonly #takers: () => readonly Taker[];
  readonly #onProblem: (text: string) => void;
  readonly #server: Server;
  readonly #waiting: DeadlineQueue<Socket>;
  #isClosed = false;

  constructor(
    maxConnections: number,
    takers: () => readonly Taker[],
    onProblem: (text: string) => void,
  ) {
    this.#onProblem = onProblem;
    this.#maxConnections = maxConnections;
    this.#takers = takers;
    this.#waiting = new DeadlineQueue(WAIT_MAX_MS, (socket) => this.#refuse(socket));
    this.#server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) =>
      this.#come(socket),
    );
  }

  /** @throws ViliError VILI_GATE_LISTEN when the port cannot be had. */
  async listen(host: string, port: number): Promise<number> {
    const opened = await openListener(this.#server, host, port);
    this.#server.on('error', (error) => {
      this.#onProblem(`a connection could not be accepted: ${messageOf(error)}`);
    });
    return opened;
  }

  /** Hands over what waits, as far as there is somebody free. */
  pass(): void {
    while (this.#waiting.size > 0) {
      const slot = this.#leastBusy();
      const socket = slot === null ? undefined : this.#waiting.shift();
      if (socket === undefined) return;
      slot?.take(socket);
    }
  }

  /** Takes back a connection that nobody has read from. */
  again(socket: Socket): void {
    if (this.#isClosed) return void socket.destroy();
    this.#waiting.add(socket);
    this.pass();
  }

  close(): void {
    this.#isClosed = true;
    this.#server.close();
    for (let left = this.#waiting.size; left > 0; left--) this.#waiting.shift()?.destroy();
  }

  // Private

  #come(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    let open = this.#waiting.size;
    for (const slot of this.#takers()) open += slot.open;
    if (open >= this.#maxConnections) return this.#refuse(socket);
    this.#waiting.add(socket);
    this.pass();
  }

  #refuse(socket: Socket): void {
    this.refused++;
    socket.destroy();
  }

  #leastBusy(): Taker | null {
    let best: Taker | null = null;
    for (const slot of this.#takers()) {
      if (slot.isFree && (best === null || slot.open < best.open)) best = slot;
    }
    return best;
  }
}
