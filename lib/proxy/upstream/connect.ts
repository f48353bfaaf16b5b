import type { OnReadOpts, Socket } from 'node:net';
import type { Target } from '../../model/exchange.ts';
import { type ConnectResult, connectHost } from '../../runtime/net/connect.ts';
import { coalesceWrites } from '../io/write-coalescing.ts';

/** Two reads of node: with node's default of 16 KiB each read would stop and restart the flow. */
const BUFFER_BYTES = 131_072;

/** Shared by all connections: the bytes of one read are consumed before the next. */
const READ_BUFFER = Buffer.allocUnsafeSlow(65_536);

/**
 * Connects to running. `onBytes` gets all bytes received and may not keep them: the buffer is reused. The socket
 * itself emits no data, which saves a buffer and the stream's work for each piece. Fails like `connectSocket`.
 */
export function connectUpstream(
  target: ServletAddress,
  limitMs: number,
  onBytes: (bytes: Buffer) => void,
  callback: ConnectResult,
): void {
  const onread = {
    buffer: READ_BUFFER,
    callback: (length: number) => {
      onBytes(READ_BUFFER.subarray(0, length));
      return true;
    },
  };
  connectSocket(target, limitMs, callback, { onread });
}

/** Connects to a servlet. Fails with VILI_GATE_CONNECT_TIMEOUT after `limitMs`, VILI_SERVLET_TLS, or the system's error. */
export function connectSocket(
  { host, port, tls }: ServletAddress,
  limitMs: number,
  callback: ConnectResult,
  more: { readonly onread?: OnReadOpts } = {},
): void {
  connectHost(
    { host, port, tls, limitMs, highWaterMark: BUFFER_BYTES, prepare, ...more },
    callback,
  );
}

/** The URL of a target without its path. */
export function originOf(target: Target): string {
  return `${target.tls === undefined ? 'http' : 'https'}://${hostOf(target)}`;
}

/** The value of `Host` for a target. */
export function hostOf({ host, port }: Target): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

// Private

type ServletAddress = Pick<Target, 'host' | 'port' | 'tls'>;

function prepare(socket: Socket): void {
  socket.setNoDelay(true);
  coalesceWrites(socket);
}
