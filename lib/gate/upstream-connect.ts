import type { SocketConstructorOpts } from 'node:net';
import { ViliError } from '../errors.ts';
import type { Target } from './exchange.ts';
import { UpstreamSocket } from './upstream-socket.ts';
import { batchWrites } from './write-batch.ts';

/** Two reads of node: with its own 16 KiB each of them would stop and start the flow. */
const BUFFER_BYTES = 131_072;

export type ConnectResult = (...result: [Error, null] | [null, UpstreamSocket]) => void;

/**
 * Connects to a servlet, in the form undici asks for it. Fails with VILI_GATE_CONNECT_TIMEOUT after
 * `limitMs`, or with the error of the system.
 */
export function connectUpstream(
  { host, port }: Pick<Target, 'host' | 'port'>,
  limitMs: number,
  callback: ConnectResult,
): void {
  const options = { readableHighWaterMark: BUFFER_BYTES, writableHighWaterMark: BUFFER_BYTES };
  const socket = new UpstreamSocket(options as SocketConstructorOpts);
  socket.setNoDelay(true);
  batchWrites(socket);
  const timer = setTimeout(() => {
    const text = `no connection to ${host}:${port} within ${limitMs} ms`;
    socket.destroy(new ViliError('VILI_GATE_CONNECT_TIMEOUT', text));
  }, limitMs);
  const failed = (error: Error): void => {
    clearTimeout(timer);
    callback(error, null);
  };
  socket.once('error', failed);
  socket.once('connect', () => {
    clearTimeout(timer);
    socket.off('error', failed);
    callback(null, socket);
  });
  socket.connect({ host, port });
}

/** The URL of a target without its path. */
export function originOf({ host, port }: Target): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
