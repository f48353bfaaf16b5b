import Client from 'undici/lib/dispatcher/client.js';
import type { Target } from '../../model/exchange.ts';
import { connectSocket, hostOf, originOf } from '../../proxy/upstream/connect.ts';
import { TestingSocket } from './socket.ts';

/** Idle connections are kept this long unless the other side asks otherwise. */
const KEEP_ALIVE_MS = 4000;

/** A connection for one request after the other; undici reopens it when it has closed. */
export interface Connection {
  readonly client: Client;
  readonly origin: string;
  /** Null until it is connected. */
  socket: TestingSocket | null;
  /** Responses received since it was last opened. */
  served: number;
}

/** Responses are read as on users' connections. */
export function connectionTo(target: Target, connectTimeoutMs: number): Connection {
  const origin = originOf(target);
  // For undici it is plain HTTP, whatever the socket below speaks.
  const client = new Client(`http://${hostOf(target)}`, {
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // sweep() limits the time as a whole.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (_options, callback) =>
      connectSocket(target, connectTimeoutMs, (error, socket) => {
        connection.socket = socket === null ? null : new TestingSocket(socket);
        if (error === null) callback(null, socket);
        else callback(error, null);
      }),
  });
  const connection: Connection = { client, origin, socket: null, served: 0 };
  return connection;
}

export function discard(connection: Connection): void {
  connection.client.destroy().catch(() => undefined);
}
