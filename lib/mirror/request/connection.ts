import Client from 'undici/lib/dispatcher/client.js';
import type { Target } from '../../model/exchange.ts';
import { connectSocket, originOf } from '../../proxy/upstream/connect.ts';
import { TestingSocket } from './socket.ts';

/** Largest head of a response; beyond it the answer is malformed. */
const MAX_HEAD_BYTES = 65_536;
/** Idle connections are kept so long unless the other side says otherwise. */
const KEEP_ALIVE_MS = 4000;

/** A connection for one request after the other; undici opens it again when it has closed. */
export interface Connection {
  readonly client: Client;
  readonly origin: string;
  /** Null until it is connected. */
  socket: TestingSocket | null;
  /** Answers that came over the connection as it is now. */
  served: number;
}

/** A stray `100 Continue` and odd reasons are treated as they are for users. */
export function connectionTo(target: Target, connectTimeoutMs: number): Connection {
  const origin = originOf(target);
  const client = new Client(origin, {
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEAD_BYTES,
    // Time is limited as a whole, by sweep().
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (_options, callback) =>
      connectSocket(TestingSocket, {}, target, connectTimeoutMs, (error, socket) => {
        connection.socket = socket;
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
