import type { Socket } from 'node:net';
import type { Peer } from '../http/forwarded.ts';
import { coalesceWrites } from '../io/write-coalescing.ts';

/** Requests a client may send ahead of their answers; more end its connection. */
const PIPELINED_MAX = 1024;
/** How long a client that has closed its side is believed to listen while nothing comes. */
const LISTENING_MAX_MS = 30_000;

/** One request of a connection: a client that sends ahead is answered one after the other. */
export interface Turn {
  start(): void;
  /** The client's connection is closed. */
  gone(): void;
  /**
   * The client will send nothing more. It may listen on, or have gone: only an answer would show.
   * False when there is nobody to be told, and nothing to wait for.
   */
  halfClosed(): boolean;
  /** Nothing moved for the idle time; false when the client is not to blame. */
  idle(): boolean;
  /** The body turned out to be malformed: `status` says how. */
  broken(status: number): void;
  /** Whether the request has come as a whole. */
  readonly received: boolean;
}

/** A user's connection: who it is, and whose turn it is. */
export class Connection {
  readonly socket: Socket;
  readonly peer: Peer;
  private readonly idleTimeoutMs: number;
  private active: Turn | null = null;
  private last: Turn | null = null;
  private readonly queue: Turn[] = [];
  /** What to say when all turns are over, after the client's bytes stopped making sense. */
  private farewell: Buffer | null = null;
  private closing = false;
  /** The client has closed its side. */
  listensOnly = false;

  constructor(socket: Socket, peer: Peer, idleTimeoutMs: number) {
    this.socket = socket;
    this.peer = peer;
    this.idleTimeoutMs = idleTimeoutMs;
    coalesceWrites(socket);
    // A head that node sends by itself names no encoding, and UTF-8 would not be what running said.
    socket.setDefaultEncoding('latin1');
    // node ends a connection with this after an answer with `Connection: close`.
    socket.destroySoon = () => this.end();
    socket.once('end', () => this.halfClosed());
    socket.once('close', () => this.gone());
  }

  get isGone(): boolean {
    return this.socket.destroyed;
  }

  /** Nothing that comes is heard any more. */
  get isEnding(): boolean {
    return this.closing;
  }

  get busy(): boolean {
    return this.active !== null;
  }

  /** False when the turn will never come, since the connection is ending or too many wait. */
  take(turn: Turn): boolean {
    if (this.closing || this.farewell !== null || this.socket.destroyed) return false;
    if (this.active === null) {
      this.active = turn;
      turn.start();
      return true;
    }
    if (this.queue.length >= PIPELINED_MAX) {
      this.socket.destroy();
      return false;
    }
    this.queue.push(turn);
    return true;
  }

  /** The turn is over; the next one starts. */
  done(turn: Turn): void {
    if (this.active !== turn) return;
    this.last = turn;
    this.active = null;
    const next = this.closing ? undefined : this.queue.shift();
    if (next !== undefined) {
      this.active = next;
      next.start();
      if (this.listensOnly) this.tellLast();
    } else if (this.farewell !== null) this.sayFarewell();
  }

  /**
   * The parser gave up on what the client sends. True when `answer` is going to answer it: then it
   * was not the body of a request that is known already.
   */
  fail(status: number, answer: Buffer): boolean {
    if (this.farewell !== null || this.closing) return false;
    const newest = this.queue.at(-1) ?? this.active ?? this.last;
    const isBody = newest !== null && !newest.received;
    if (isBody && newest === this.active) {
      this.closing = true;
      this.active.broken(status);
      return false;
    }
    this.farewell = isBody ? Buffer.alloc(0) : answer;
    if (this.active === null) this.sayFarewell();
    return !isBody;
  }

  /**
   * Nothing moved for the idle time, or for the keep-alive time between requests. False when the client is not
   * to blame, and it goes on.
   */
  idle(): boolean {
    if (this.active === null) this.end();
    else if (this.listensOnly) this.socket.destroy();
    else return this.active.idle();
    return true;
  }

  /** No more requests; what was written still arrives. */
  end(): void {
    if (this.closing && this.socket.writableEnded) return;
    this.closing = true;
    closeLingering(this.socket, this.idleTimeoutMs);
  }

  // Private

  private sayFarewell(): void {
    if (this.farewell !== null && this.socket.writable) this.socket.write(this.farewell);
    this.end();
  }

  private halfClosed(): void {
    this.listensOnly = true;
    this.socket.setTimeout(Math.min(LISTENING_MAX_MS, this.idleTimeoutMs));
    this.tellLast();
  }

  /** Only the last of several requests is what the client has ended its side behind. */
  private tellLast(): void {
    if (this.queue.length !== 0 || this.active === null) return;
    if (!this.active.halfClosed()) this.socket.destroy();
  }

  private gone(): void {
    const turns =
      this.active === null ? this.queue.splice(0) : [this.active, ...this.queue.splice(0)];
    this.active = null;
    this.closing = true;
    for (const turn of turns) turn.gone();
  }
}

const LINGER_MS = 1000;

/**
 * Ends a client's connection so that the last answer arrives: our side is closed first, and what the
 * client still sends is read and forgotten. Closing with unread bytes would make the system send a
 * reset, which can overtake the answer. A client may be slow as long as it takes something within
 * `idleMs`.
 */
export function closeLingering(socket: Socket, idleMs: number): void {
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
