import { Socket, type SocketConstructorOpts, type TcpSocketConnectOpts } from 'node:net';
import type { Target } from '../../model/exchange.ts';
import { type ConnectResult, connectHost } from '../../runtime/connect.ts';
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
  target: Pick<Target, 'host' | 'port'>,
  limitMs: number,
  onBytes: (bytes: Buffer) => void,
  callback: ConnectResult<Socket>,
): void {
  const onread = {
    buffer: READ_BUFFER,
    callback: (length: number) => {
      onBytes(READ_BUFFER.subarray(0, length));
      return true;
    },
  };
  connectSocket(Socket, { onread }, target, limitMs, callback);
}

/**
 * Connects a socket of this class to a servlet. Fails with VILI_GATE_CONNECT_TIMEOUT after `limitMs`, or with
 * the system's error.
 */
export function connectSocket<S extends Socket>(
  SocketClass: new (options: SocketConstructorOpts) => S,
  more: Pick<TcpSocketConnectOpts, 'onread'>,
  { host, port }: Pick<Target, 'host' | 'port'>,
  limitMs: number,
  callback: ConnectResult<S>,
): void {
  const options = {
    readableHighWaterMark: BUFFER_BYTES,
    writableHighWaterMark: BUFFER_BYTES,
    ...more,
  };
  const create = (): S => {
    const socket = new SocketClass(options as SocketConstructorOpts);
    socket.setNoDelay(true);
    coalesceWrites(socket);
    return socket;
  };
  connectHost({ host, port, limitMs, create }, callback);
}

/** The URL of a target without its path. */
export function originOf(target: Target): string {
  return `http://${hostOf(target)}`;
}

/** The value of `Host` for a target. */
export function hostOf({ host, port }: Target): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
