import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';

/** Up to this size the head and body of a message are sent as one string, in one write. */
export const ONE_WRITE_MAX_BYTES = 4096;
/**
 * How many writes may wait. A longer batch would leave the other end without work until it comes, and then
 * this end.
 */
const BATCH_MAX = 16;
/** A larger piece is worth a wake-up of its own. */
const PIECE_MAX_BYTES = 16_384;

type Done = (error?: Error | null) => void;
type Piece = string | Uint8Array;

interface PendingWrite {
  readonly write: Writable['_write'];
  readonly piece: Piece;
  readonly encoding: BufferEncoding;
  readonly done: Done;
}

let pending: PendingWrite[] = [];

/**
 * Delays the system calls of a stream's small writes to the end of the event loop's turn, together with those
 * of all other streams. A write wakes the process that reads the other end, which costs more than the rest of
 * the write; of several in a row only the first finds the reader asleep. Order, backpressure and `end` stay
 * those of the stream; writes pending when the stream is destroyed are lost, unless `flushWrites` comes first.
 */
export function coalesceWrites(stream: Pick<Writable, '_write'>): void {
  const write = stream._write.bind(stream);
  stream._write = (piece: Piece, encoding: BufferEncoding, done: Done) => {
    if (piece.length > PIECE_MAX_BYTES) write(piece, encoding, done);
    else delay({ write, piece, encoding, done });
  };
}

/** Makes all pending writes at once. */
export function flushWrites(): void {
  const due = pending;
  pending = [];
  for (const { write, piece, encoding, done } of due) {
    try {
      write(piece, encoding, done);
    } catch (error) {
      // The other writes are those of other connections.
      done(error as Error);
    }
  }
}

/**
 * Makes a response one system call. node ends a message with an empty write, only to learn when it is through;
 * together with the response that is a vectored write of two pieces, which costs a third of the whole way
 * through the proxy. An empty write has nothing to wait for, so its callback is called at once.
 */
export function skipEmptyWrites(socket: Socket): void {
  const write = socket.write.bind(socket) as (
    data: Piece,
    encoding?: BufferEncoding | Done,
    callback?: Done,
  ) => boolean;
  socket.write = (data: Piece, encoding?: BufferEncoding | Done, callback?: Done): boolean => {
    if (data.length !== 0 || typeof callback !== 'function') return write(data, encoding, callback);
    process.nextTick(callback);
    return !socket.writableNeedDrain;
  };
}

// Private

function delay(write: PendingWrite): void {
  if (pending.length === 0) setImmediate(flushWrites);
  pending.push(write);
  if (pending.length >= BATCH_MAX) flushWrites();
}
