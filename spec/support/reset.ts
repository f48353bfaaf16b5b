import type { Socket } from 'node:net';

/**
 * Ends a connection by a TCP reset. Node cannot reset a socket that is being shut down, also one that it ends by itself
 * since the other side did: it then leaves the descriptor open, and the process hangs in its exit.
 */
export function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
