import type { Socket } from 'node:net';

/** Up to this size head and body of a message go out as one string, in one write. */
export const ONE_WRITE_MAX_BYTES = 4096;

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
