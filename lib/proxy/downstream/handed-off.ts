import type { Server } from 'node:http';
import { Server as SecureServer } from 'node:https';
import type { Socket } from 'node:net';

/** Connections that another process accepted, served by a server that opens no port itself. */
export class HandedOffConnections {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  readonly #waiters: (() => void)[] = [];
  #isFirst = true;

  constructor(server: Server) {
    this.#server = server;
  }

  take(socket: Socket): void {
    // node watches for slow heads once a server listens, which this one never does.
    if (this.#isFirst) this.#server.emit('listening');
    this.#isFirst = false;
    this.#open.add(socket);
    socket.once('close', () => this.#left(socket));
    // As on a connection that the server accepted itself.
    socket.allowHalfOpen = !(this.#server instanceof SecureServer);
    socket.setNoDelay(true);
    this.#server.emit('connection', socket);
  }

  get size(): number {
    return this.#open.size;
  }

  /** Resolves when no connection is open. */
  gone(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  destroyAll(): void {
    for (const socket of this.#open) socket.destroy();
  }

  // Private

  #left(socket: Socket): void {
    this.#open.delete(socket);
    if (this.#open.size > 0) return;
    for (const resolve of this.#waiters.splice(0)) resolve();
  }
}
