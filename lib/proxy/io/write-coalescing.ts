import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';

type Done = (error?: Error | null) => void;
type Piece = string | Uint8Array;

/**
 * So many at most wait. A longer batch would leave the other side without work until it comes, and
 * then this side.
 */
const BATCH_MAX = 16;
/** Larger pieces are worth a wake-up of their own. */
const PIECE_MAX = 16_384;
let waiting: Waiting[] = [];

interface Waiting {
  readonly write: Writable['_write'];
  readonly piece: Piece;
  readonly encoding: BufferEncoding;
  readonly done: Done;
}

/**
 * Makes the system calls of a stream's small writes at the end of the event loop's turn, together with
 * those of all other streams. A write wakes whoever reads the other end, which costs more than
 * everything else in it; of several in a row only the first finds the reader asleep. Order,
 * backpressure and `end` are those of the stream; what waits when it is destroyed is lost, unless
 * `flushWrites` comes first.
 */
export function coalesceWrites(stream: Pick<Writable, '_write'>): void {
  const write = stream._write.bind(stream);
  stream._write = (piece: Piece, encoding: BufferEncoding, done: Done) => {
    if (piece.length > PIECE_MAX) write(piece, encoding, done);
    else later({ write, piece, encoding, done });
  };
}

/** Makes at once what waits for the end of the turn. */
export function flushWrites(): void {
  const due = waiting;
  waiting = [];
  for (const { write, piece, encoding, done } of due) write(piece, encoding, done);
}

// Private

function later(write: Waiting): void {
  if (waiting.length === 0) setImmediate(flushWrites);
  waiting.push(write);
  if (waiting.length >= BATCH_MAX) flushWrites();
}

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
