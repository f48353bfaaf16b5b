import type { Socket } from 'node:net';

type Callback = (error?: Error | null) => void;

/**
 * Makes an answer one system call. node ends a message with an empty write, only to learn when it is
 * through; together with the answer that is a vectored write of two pieces, which costs a third of the
 * whole way through the gate. An empty write has nothing to wait for, so it is answered at once.
 */
export function skipEmptyWrites(socket: Socket): void {
  const write = socket.write.bind(socket) as (
    data: string | Uint8Array,
    encoding?: BufferEncoding | Callback,
    callback?: Callback,
  ) => boolean;
  socket.write = (
    data: string | Uint8Array,
    encoding?: BufferEncoding | Callback,
    callback?: Callback,
  ): boolean => {
    if (data.length !== 0 || typeof callback !== 'function') return write(data, encoding, callback);
    process.nextTick(callback);
    return !socket.writableNeedDrain;
  };
}
