import type { Socket } from 'node:net';

const LINGER_MS = 1000;

/**
 * Ends a client's connection so that the last answer arrives: our side is closed first, and what the
 * client still sends is read and forgotten. Closing with unread bytes would make the system send a
 * reset, which can overtake the answer.
 */
export function closeGently(socket: Socket): void {
  if (socket.destroyed) return;
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('close', () => clearTimeout(timer));
  socket.end();
  socket.resume();
}
