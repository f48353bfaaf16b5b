import type { Socket } from 'node:net';

/** Looks per limit, within these bounds. Silence is told up to two looks late, never early. */
const LOOKS = 8;
const STEP_MIN_MS = 10;
const STEP_MAX_MS = 1000;
/** Timers of the runtime may come so much early. */
const SLACK_MS = 2;
/** A socket's timer that takes so much longer than asked has been put back, by something that moved. */
const PUT_BACK = 1.5;

/**
 * How long nothing has moved on a connection whose limit changes with what it is doing. It looks from time to
 * time; a timer that every byte puts back, such as the socket's own, would cost each request a twentieth of
 * its way through the gate. Looks are counted, so that time in which this process stood still is nobody's silence.
 */
export class IdleTimer {
  private readonly silent: () => void;
  private socket: Socket | null = null;
  private timer: NodeJS.Timeout | undefined;
  private smallestMs = 0;
  private stepMs = STEP_MIN_MS;
  private quietMs = 0;
  private movedBytes = 0;
  /** When the socket's own timer was armed; null when it is not, by this. */
  private askedAtMs: number | null = null;

  /** `silent` is called again and again once nothing has moved for the smallest limit; it asks `reached`. */
  constructor(silent: () => void) {
    this.silent = silent;
  }

  watch(socket: Socket, smallestMs: number): void {
    this.end();
    this.socket = socket;
    this.smallestMs = smallestMs;
    this.stepMs = Math.min(STEP_MAX_MS, Math.max(STEP_MIN_MS, Math.ceil(smallestMs / LOOKS)));
    this.quietMs = 0;
    this.timer = setTimeout(this.look, this.stepMs).unref();
    socket.on('timeout', this.answered);
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

  /** Leaves the socket's own timer as it is: it may be somebody else's by now. */
  end(): void {
    clearTimeout(this.timer);
    this.socket?.off('timeout', this.answered);
    this.socket = null;
    this.askedAtMs = null;
  }

  // Private

  private goOn(): void {
    if (this.askedAtMs !== null) this.socket?.setTimeout(0);
    this.askedAtMs = null;
    if (this.socket !== null) this.timer?.refresh();
  }

  private readonly look = (): void => {
    const { socket } = this;
    if (socket === null) return;
    this.quietMs = this.hasMoved(socket) ? 0 : this.quietMs + this.stepMs;
    const isWriting = socket.writableLength !== 0;
    // Somebody else's timer is not to be touched.
    if (this.quietMs !== 0 && isWriting && !socket.timeout) return this.ask(socket);
    this.goOn();
    this.tell();
  };

  private hasMoved({ bytesRead, bytesWritten, writableLength }: Socket): boolean {
    // Of what is to be written only whole writes count, once they are through.
    const moved = bytesRead + bytesWritten - writableLength;
    const before = this.movedBytes;
    this.movedBytes = moved;
    return moved !== before;
  }

  /** A write is under way, and part of it may have got through: only the socket's own timer sees that. */
  private ask(socket: Socket): void {
    this.askedAtMs = performance.now();
    socket.setTimeout(Math.max(this.stepMs, this.smallestMs - this.quietMs));
  }

  private readonly answered = (): void => {
    const { socket, askedAtMs } = this;
    if (socket === null || askedAtMs === null) return;
    const silentMs = socket.timeout ?? 0;
    const wasPutBack = performance.now() - askedAtMs > silentMs * PUT_BACK;
    const isNew = this.hasMoved(socket) || wasPutBack;
    this.quietMs = (isNew ? 0 : this.quietMs) + silentMs;
    this.goOn();
    this.tell();
  };

  private tell(): void {
    if (this.quietMs + SLACK_MS >= this.smallestMs) this.silent();
  }
}
