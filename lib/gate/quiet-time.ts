import type { Socket } from 'node:net';

/** Looks per limit: silence is noticed up to an eighth of the smallest limit late, 10 ms at least. */
const LOOKS = 8;
const STEP_MIN_MS = 10;
/** Timers of the runtime may come so much early. */
const SLACK_MS = 2;
/** A socket's timer that takes so much longer than asked has been put back, by something that moved. */
const PUT_BACK = 1.5;

/**
 * How long nothing has moved on a connection whose limit changes with what it is doing. It looks from time to
 * time; a timer that every byte puts back, such as the socket's own, would cost each request a twentieth of
 * its way through the gate.
 */
export class QuietTime {
  private readonly silent: () => void;
  private socket: Socket | null = null;
  private timer: NodeJS.Timeout | undefined;
  private smallestMs = 0;
  private stepMs = STEP_MIN_MS;
  private quietMs = 0;
  private movedBytes = 0;
  /** When the socket's own timer was armed; null when it is not. */
  private askedAtMs: number | null = null;

  /** `silent` is called again and again once nothing has moved for the smallest limit; it asks `reached`. */
  constructor(silent: () => void) {
    this.silent = silent;
  }

  watch(socket: Socket, smallestMs: number): void {
    this.end();
    this.socket = socket;
    this.smallestMs = smallestMs;
    this.stepMs = Math.max(STEP_MIN_MS, Math.ceil(smallestMs / LOOKS));
    this.timer = setTimeout(this.look, this.stepMs).unref();
    socket.on('timeout', this.answered);
    this.begin();
  }

  /** Starts over. */
  begin(): void {
    this.quietMs = 0;
    this.goOn();
  }

  /** Whether it has been quiet for so long; then it starts over. */
  reached(limitMs: number): boolean {
    if (this.quietMs + SLACK_MS < limitMs) return false;
    this.quietMs = 0;
    return true;
  }

  end(): void {
    clearTimeout(this.timer);
    this.socket?.off('timeout', this.answered);
    this.socket = null;
    this.askedAtMs = null;
  }

  // Private

  private goOn(): void {
    this.askedAtMs = null;
    if (this.socket !== null) this.timer?.refresh();
  }

  private readonly look = (): void => {
    const { socket } = this;
    if (socket === null) return;
    const moved = socket.bytesRead + socket.bytesWritten;
    this.quietMs = moved === this.movedBytes ? this.quietMs + this.stepMs : 0;
    this.movedBytes = moved;
    const isWriting = socket.writableLength !== 0 && !socket.writableEnded;
    if (this.quietMs !== 0 && isWriting) return this.ask(socket);
    this.goOn();
    this.tell();
  };

  /** A write is under way, and part of it may have got through: only the socket's own timer sees that. */
  private ask(socket: Socket): void {
    this.askedAtMs = performance.now();
    const leftMs = this.smallestMs - this.quietMs;
    socket.setTimeout(leftMs > 0 ? leftMs : this.smallestMs);
  }

  private readonly answered = (): void => {
    const { socket, askedAtMs } = this;
    if (socket === null || askedAtMs === null) return;
    const silentMs = socket.timeout ?? 0;
    socket.setTimeout(0);
    const hasMoved = performance.now() - askedAtMs > silentMs * PUT_BACK;
    this.quietMs = (hasMoved ? 0 : this.quietMs) + silentMs;
    this.goOn();
    this.tell();
  };

  private tell(): void {
    if (this.quietMs + SLACK_MS >= this.smallestMs) this.silent();
  }
}
