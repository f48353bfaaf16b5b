import type { Socket } from 'node:net';

const LINGER_MS = 1000;

/**
 * Ends a client's connection so that the last answer arrives: our side is closed first, and what the
 * client still sends is read and forgotten. Closing with unread bytes would make the system send a
 * reset, which can overtake the answer. A client may be slow as long as it takes something within
 * `idleMs`.
 */
export function closeGently(socket: Socket, idleMs: number): void {
  if (socket.destroyed) return;
  socket.setTimeout(idleMs, () => socket.destroy());
  if (socket.writableFinished) linger(socket);
  else socket.once('finish', () => linger(socket));
  socket.end();
  socket.resume();
}

// Private

/** The system has the whole answer. */
function linger(socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('close', () => clearTimeout(timer));
}
