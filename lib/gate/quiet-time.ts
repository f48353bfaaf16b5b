import type { Socket } from 'node:net';

/** Timers of the runtime may come so much early. */
const SLACK_MS = 2;

/**
 * How long nothing has moved on a connection whose limit changes with what it is doing. The socket's own
 * timer, which every byte puts back, is armed with the smallest limit and asked when it fires, so that a
 * request costs no timer.
 */
export class QuietTime {
  private socket: Socket | null = null;
  private smallestMs = 0;
  private quietMs = 0;
  private movedBytes = 0;

  watch(socket: Socket, smallestMs: number): void {
    this.socket = socket;
    this.smallestMs = smallestMs;
    this.begin();
  }

  /** Starts over. */
  begin(): void {
    this.quietMs = 0;
    this.socket?.setTimeout(this.smallestMs);
  }

  /** To be called when the socket's timer fires. False: not yet, it goes on. */
  reached(limitMs: number): boolean {
    const { socket } = this;
    if (socket === null) return false;
    const moved = socket.bytesRead + socket.bytesWritten;
    this.quietMs = (moved === this.movedBytes ? this.quietMs : 0) + (socket.timeout ?? 0);
    this.movedBytes = moved;
    if (this.quietMs + SLACK_MS >= limitMs) {
      this.quietMs = 0;
      return true;
    }
    socket.setTimeout(Math.min(this.smallestMs, limitMs - this.quietMs));
    return false;
  }

  end(): void {
    this.socket?.setTimeout(0);
    this.socket = null;
  }
}
