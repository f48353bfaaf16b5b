import { Client } from 'undici';
import type { Target } from '../gate/exchange.ts';
import { connectUpstream, originOf } from '../gate/upstream-connect.ts';
import type { UpstreamSocket } from '../gate/upstream-socket.ts';

/** Largest head of a response; beyond it the answer is malformed. */
const MAX_HEAD_BYTES = 65_536;
/** Idle connections are kept so long unless the other side says otherwise. */
const KEEP_ALIVE_MS = 4000;

/** A connection for one request after the other; undici opens it again when it has closed. */
export interface Connection {
  readonly client: Client;
  readonly origin: string;
  /** Null until it is connected. */
  socket: UpstreamSocket | null;
  /** Answers that came over the connection as it is now. */
  served: number;
}

/** With the gate's socket, so that a stray `100 Continue` is treated as it is for users. */
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
      connectUpstream(target, connectTimeoutMs, (error, socket) => {
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
