import type { Socket } from 'node:net';
import type { ByteBudget } from '../../model/byte-budget.ts';
import { Origin } from '../copy/origin.ts';
import type { Peer } from '../http/forwarded.ts';
import type { AheadPace } from '../io/ahead-pace.ts';
import { contained } from '../io/contained.ts';
import type { Appetite, Eater, PacedInput } from '../io/paced-input.ts';
import { TurnQueue } from '../io/turn-queue.ts';
import { PatientTimer } from '../../runtime/patient-timer.ts';
import { confirmIdle } from '../io/confirm-idle.ts';
import type { Consumer } from '../upstream/places.ts';
import { coalesceWrites } from '../io/write-coalescing.ts';

/** How long a client that has half-closed is believed to listen while nothing arrives. */
const HALF_CLOSED_MAX_MS = 30_000;
/** How long a client that has been sent everything may keep its side open. */
const LINGER_MS = 1000;

/** One request of a connection: pipelined requests take turns. */
export interface Turn {
  start(): void;
  /** The client's connection is closed. */
  gone(): void;
  /**
   * The client will send nothing more. It may still listen, or be gone: only a response would show.
   * Returns false when nothing is worth waiting for.
   */
  halfClosed(): boolean;
  /** Nothing has moved for the idle time; false when the client is not to blame. */
  idle(): boolean;
  /** The body is malformed, which `status` reports, now or when its turn comes. */
  broken(status: number): void;
  /** The connection ends before its turn: the request is not processed. */
  drop(): void;
  /** Whether the request has arrived completely. */
  readonly received: boolean;
  /** The approximate memory that it takes while it waits. */
  readonly heldBytes: number;
}

/**
 * A user's connection: the peer and the turns of its requests. The connection alone decides which request is the
 * last one: from then on nothing that the client sends is understood as a request, however it got here. Another
 * proxy in front of this one may take the same bytes for a body (RFC 9112 section 11.2).
 */
export class Connection implements Eater {
  readonly socket: Socket;
  readonly peer: Peer;
  readonly consumer: Consumer;
  readonly origin: Origin;
  private readonly idleTimeoutMs: number;
  private readonly pace: AheadPace;
  private active: Turn | null = null;
  /** The active turn is still to begin. */
  private isPending = false;
  private last: Turn | null = null;
  private readonly queue: TurnQueue<Turn>;
  /** Gives node's parser the client's bytes; null on the fast path, which reads one request at a time. */
  input: PacedInput | null = null;
  /** Sent after all turns, once the client's bytes have stopped making sense. */
  private lastResponse: Buffer | null = null;
  /** The last turn has been taken, so that nothing which arrives now is a request. */
  isSealed = false;
  /** Nothing is responded to any more. */
  isEnding = false;
  private overflown = false;
  /** How many turns it has been offered. */
  turns = 0;
  /** The client has half-closed the connection. */
  isHalfClosed = false;

  /** `budget` and `pace`: for the waiting requests of all connections. */
  constructor(
    socket: Socket,
    peer: Peer,
    idleTimeoutMs: number,
    { budget, pace }: { budget: ByteBudget; pace: AheadPace },
  ) {
    this.socket = socket;
    this.pace = pace;
    this.peer = peer;
    this.consumer = { address: peer.address, places: 0 };
    this.origin = new Origin(socket);
    this.idleTimeoutMs = idleTimeoutMs;
    this.queue = new TurnQueue(budget);
    coalesceWrites(socket);
    // A head that node writes itself names no encoding, and UTF-8 would change running's bytes.
    socket.setDefaultEncoding('latin1');
    // node ends a connection with this after a response with `Connection: close`.
    socket.destroySoon = () => this.end();
    socket.once('end', () => this.halfClosed());
    socket.once('close', () => this.gone());
  }

  get isGone(): boolean {
    return this.socket.destroyed;
  }

  get busy(): boolean {
    return this.active !== null;
  }

  /** What is to be done with bytes of the client: nothing that follows the last request is understood. */
  get appetite(): Appetite {
    if (this.isEnding || this.lastResponse !== null) return 'discard';
    if (this.newest !== null && !this.newest.received) return 'feed';
    if (this.isSealed) return 'discard';
    if (this.queue.isFull) return 'wait';
    return this.active === null ? 'feed' : 'heads';
  }

  /** A client that sends ahead more than there is room for gets the current response, and has to come again. */
  overflow(): void {
    this.overflown = true;
    this.seal();
  }

  /**
   * Returns false when the turn will never come, since the connection is ending. `isLast`: the response to it ends
   * the connection.
   */
  take(turn: Turn, isLast: boolean): boolean {
    this.turns++;
    if (this.isSealed || this.lastResponse !== null || this.socket.destroyed) return false;
    this.isSealed = isLast;
    if (this.active === null) {
      this.active = turn;
      turn.start();
      return true;
    }
    this.queue.push(turn);
    return true;
  }

  /** The response that is about to begin ends the connection: no other turn follows. */
  seal(): void {
    this.isSealed = true;
    for (const turn of this.queue.takeAll()) turn.drop();
  }

  /** Ends the turn and starts the next one. */
  done(turn: Turn): void {
    if (this.active !== turn) return;
    this.last = turn;
    this.active = null;
    // A response that broke off has destroyed the socket, whose `close` event is still to come.
    const next = this.isEnding || this.socket.destroyed ? undefined : this.queue.shift();
    if (next !== undefined) {
      this.active = next;
      this.isPending = true;
      this.pace.next(
        contained(
          () => this.begin(next),
          () => this.socket.destroy(),
        ),
      );
    } else if (this.lastResponse !== null) this.sendLastResponse();
    else if (this.overflown) this.end();
    this.input?.more();
  }

  /**
   * The parser rejected what the client sends. True when `response` is going to be sent for it: it was not the
   * body of a request that is already known.
   */
  fail(status: number, response: Buffer): boolean {
    if (this.lastResponse !== null || this.isEnding) return false;
    const { newest } = this;
    if (newest !== null && !newest.received) {
      this.isSealed = true;
      this.isEnding = newest === this.active;
      newest.broken(status);
      // The response to that request has been sent before its body was complete.
      if (this.active === null) this.end();
      return false;
    }
    if (this.isSealed) return false;
    this.lastResponse = response;
    if (this.active === null) this.sendLastResponse();
    return true;
  }

  /**
   * Nothing has moved for the idle time, or for the keep-alive time between requests. False when the client is
   * not to blame and the connection goes on.
   */
  idle(): boolean {
    if (this.active === null) this.end();
    else if (this.isHalfClosed) this.socket.destroy();
    else return this.active.idle();
    return true;
  }

  /** Takes no more requests; what has been written still arrives. */
  end(): void {
    if (this.isEnding && this.socket.writableEnded) return;
    this.isEnding = true;
    this.isSealed = true;
    closeLingering(this.socket, this.idleTimeoutMs);
  }

  // Private

  private get newest(): Turn | null {
    return this.queue.newest ?? this.active ?? this.last;
  }

  private begin(turn: Turn): void {
    this.isPending = false;
    if (this.active !== turn || this.socket.destroyed) return;
    turn.start();
    if (this.isHalfClosed) this.notifyLast();
  }

  private sendLastResponse(): void {
    if (this.lastResponse !== null && this.socket.writable) this.socket.write(this.lastResponse);
    this.end();
  }

  private halfClosed(): void {
    this.isHalfClosed = true;
    this.socket.setTimeout(Math.min(HALF_CLOSED_MAX_MS, this.idleTimeoutMs));
    this.notifyLast();
  }

  /** Only the last of several requests is affected by the client's half-close. */
  private notifyLast(): void {
    if (this.queue.size !== 0 || this.active === null || this.isPending) return;
    if (!this.active.halfClosed()) this.socket.destroy();
  }

  private gone(): void {
    const waiting = this.queue.takeAll();
    const turns = this.active === null ? waiting : [this.active, ...waiting];
    this.active = null;
    this.isEnding = true;
    for (const turn of turns) turn.gone();
  }
}

/**
 * Ends a client's connection so that the last response arrives: our side closes first, and what the client still
 * sends is read and discarded. Closing with unread bytes would make the system send a reset, which can overtake
 * the response. A client may be slow as long as it accepts something within `idleMs`.
 */
export function closeLingering(socket: Socket, idleMs: number): void {
  if (socket.destroyed) return;
  const abandon = (): void => void socket.destroy();
  socket.setTimeout(idleMs, () => confirmIdle(socket, idleMs, abandon));
  if (socket.writableFinished) linger(socket);
  else socket.once('finish', () => linger(socket));
  socket.end();
  socket.resume();
}

// Private

/** The system has the whole response. */
function linger(socket: Socket): void {
  const timer = new PatientTimer(() => socket.destroy(), { holdsProcess: false });
  timer.start(LINGER_MS);
  socket.once('close', () => timer.stop());
}
