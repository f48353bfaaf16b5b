import type { Socket } from 'node:net';
import type { ByteBudget } from '../../model/byte-budget.ts';
import { HEAD_END } from '../http/headers.ts';

/** What a connection does with the bytes of its client; `heads`: it takes heads that are complete. */
export type Appetite = 'feed' | 'heads' | 'wait' | 'discard';

/** A head without an end, behind requests that are on their way, is read up to here. */
const TAIL_MAX_BYTES = 65_536;

export interface Eater {
  /** How it stands now; every piece that is fed may change it. */
  readonly appetite: Appetite;
  /** There is no room for the bytes that have to wait. */
  overflow(): void;
}

/** Changes bytes on their way to node's parser. */
export interface InputFilter {
  /** What the parser gets of these bytes, possibly nothing yet. */
  read(bytes: Buffer): Buffer;
  /** What it gets of what has been held back, at the end of the connection. */
  end(): Buffer;
}

/**
 * Gives node's parser the bytes of a connection request by request, and holds the rest while enough requests wait
 * for their turn. The parser itself makes a request of everything it gets: one read of 64 KiB can hold two thousand.
 * No request ends without an empty line, so pieces that end with one bring one request at most.
 */
export class PacedInput {
  private readonly socket: Socket;
  private readonly eater: Eater;
  private readonly budget: ByteBudget;
  private readonly feed: (bytes: Buffer) => void;
  private readonly ended: () => void;
  private rest: Buffer | null = null;
  /** Taken of the budget for the rest. */
  private heldBytes = 0;
  private feeding = false;
  private detached = false;
  /** Who has paused the socket: this class, or node for a client that does not read. */
  private pausedBy: 'nobody' | 'this' | 'node' = 'nobody';

  /** Puts itself between a socket and the server that has just begun to listen to its data. */
  constructor(socket: Socket, eater: Eater, budget: ByteBudget, filter: InputFilter) {
    this.socket = socket;
    this.eater = eater;
    this.budget = budget;
    const feeders = socket.listeners('data') as ((bytes: Buffer) => void)[];
    const give = (bytes: Buffer): void => {
      if (bytes.length !== 0) for (const feeder of feeders) feeder.call(socket, bytes);
    };
    this.feed = (bytes) => give(filter.read(bytes));
    this.ended = () => {
      if (eater.appetite === 'feed' && !socket.destroyed) give(filter.end());
    };
    socket.removeAllListeners('data');
    // With a listener of this kind node no longer lets its parser read from the system directly.
    socket.on('data', this.receive);
    socket.on('resume', this.resumed);
    // Before node's server hears of the end.
    socket.prependListener('end', this.ended);
    socket.once('close', this.closed);
  }

  /** A turn is over: there may be room for more. */
  more(): void {
    const { pausedBy } = this;
    if (this.feeding || this.detached || pausedBy === 'node') return;
    this.pausedBy = 'nobody';
    this.pump();
    if (pausedBy === 'this' && this.pausedBy === 'nobody' && !this.detached) this.socket.resume();
  }

  /** Leaves the socket to somebody else; returns the bytes that have been read and not been fed. */
  detach(): Buffer {
    const { socket } = this;
    const rest = this.rest ?? Buffer.alloc(0);
    this.detached = true;
    this.pausedBy = 'nobody';
    this.hold(null);
    socket.off('data', this.receive).off('resume', this.resumed).off('close', this.closed);
    socket.off('end', this.ended);
    return rest;
  }

  // Private

  private readonly receive = (bytes: Buffer): void => {
    this.rest = this.rest === null ? bytes : Buffer.concat([this.rest, bytes]);
    this.pump();
  };

  private readonly resumed = (): void => {
    // Told later than it happens: somebody may have paused the socket again.
    if (this.socket.isPaused()) return;
    this.pausedBy = 'nobody';
    this.pump();
  };

  private readonly closed = (): void => {
    this.hold(null);
  };

  private pump(): void {
    if (this.feeding || this.pausedBy !== 'nobody') return;
    this.feeding = true;
    try {
      let goesOn = true;
      while (goesOn && this.rest !== null && this.pausedBy === 'nobody' && !this.detached) {
        goesOn = this.step(this.rest);
      }
      if (this.pausedBy === 'nobody' && !this.detached && this.eater.appetite === 'wait')
        this.pause();
    } finally {
      this.feeding = false;
    }
  }

  /** Returns false when nothing can be done before more arrives. */
  private step(rest: Buffer): boolean {
    const { appetite } = this.eater;
    // node's parser belongs to another connection once this one has closed.
    if (appetite === 'discard' || this.socket.destroyed) return this.hold(null);
    const end = rest.indexOf(HEAD_END, 0, 'latin1');
    // The parser would count the time until the rest of the head, for which nobody may have read.
    const isTail = end < 0 && appetite === 'heads';
    if (appetite === 'wait' || (isTail && rest.length >= TAIL_MAX_BYTES)) {
      this.pause();
      return this.hold(rest);
    }
    if (isTail) return false;
    const length = end < 0 ? rest.length : end + HEAD_END.length;
    this.hold(length === rest.length ? null : rest.subarray(length));
    this.feed(rest.subarray(0, length));
    if (!this.socket.isPaused() || this.detached) return true;
    this.pausedBy = 'node';
    return this.hold(this.rest);
  }

  private pause(): void {
    this.pausedBy = 'this';
    this.socket.pause();
  }

  /** Keeps these bytes, which count as memory only while they have to wait. */
  private hold(rest: Buffer | null): boolean {
    this.rest = rest;
    this.budget.giveBack(this.heldBytes);
    this.heldBytes = 0;
    if (rest === null || this.pausedBy === 'nobody') return true;
    if (this.budget.take(rest.length)) this.heldBytes = rest.length;
    else {
      this.rest = null;
      this.eater.overflow();
      // From here on everything is read and discarded.
      if (this.pausedBy === 'this') this.socket.resume();
    }
    return true;
  }
}
