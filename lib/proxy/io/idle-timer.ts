import type { Socket } from 'node:net';
import { threadTime } from '../../runtime/thread-time.ts';

/** Polls per limit, within the bounds below. Idleness is reported up to two polls late, never early. */
const POLLS_PER_LIMIT = 8;
const POLL_MIN_MS = 10;
const POLL_MAX_MS = 1000;
/** Timers of the runtime may fire this much early. */
const SLACK_MS = 2;
/** A socket timer that takes this many times longer than requested has been restarted by progress. */
const RESTARTED = 1.5;

/**
 * Measures how long nothing has moved on a connection whose limit depends on what it is doing. It polls: a
 * timer that every byte restarts, such as the socket's own, would cost each request a twentieth of its way
 * through the proxy. Time in which this thread stood still is not idleness of the connection, and what
 * has arrived by then is read first.
 */
export class IdleTimer {
  private readonly onIdle: () => void;
  private socket: Socket | null = null;
  private timer: NodeJS.Timeout | undefined;
  private smallestMs = 0;
  private stepMs = POLL_MIN_MS;
  private idleMs = 0;
  private movedBytes = 0;
  /** The thread's time at the latest poll. */
  private polledAtMs = 0;
  private turn: NodeJS.Immediate | undefined;
  /** When this class armed the socket's own timer; null while it has not. */
  private armedAtMs: number | null = null;

  /** `onIdle` is called repeatedly once nothing has moved for the smallest limit; it calls `reached`. */
  constructor(onIdle: () => void) {
    this.onIdle = onIdle;
  }

  watch(socket: Socket, smallestMs: number): void {
    this.stop();
    this.socket = socket;
    this.smallestMs = smallestMs;
    this.stepMs = Math.min(
      POLL_MAX_MS,
      Math.max(POLL_MIN_MS, Math.ceil(smallestMs / POLLS_PER_LIMIT)),
    );
    this.idleMs = 0;
    this.polledAtMs = threadTime.now();
    this.timer = setTimeout(this.poll, this.stepMs).unref();
    socket.on('timeout', this.socketTimedOut);
  }

  restart(): void {
    this.idleMs = 0;
    this.schedule();
  }

  /** Whether the connection has been idle for this long; if so, the timer starts over. */
  reached(limitMs: number): boolean {
    if (this.idleMs + SLACK_MS < limitMs) return false;
    this.idleMs = 0;
    return true;
  }

  /** Leaves the socket's own timer as it is, since somebody else may have set it by now. */
  stop(): void {
    clearTimeout(this.timer);
    clearImmediate(this.turn);
    this.socket?.off('timeout', this.socketTimedOut);
    this.socket = null;
    this.armedAtMs = null;
  }

  // Private

  private schedule(): void {
    if (this.armedAtMs !== null) this.socket?.setTimeout(0);
    this.armedAtMs = null;
    if (this.socket !== null) this.timer?.refresh();
  }

  private readonly poll = (): void => {
    const { socket } = this;
    if (socket === null) return;
    const ranMs = this.ranMs(this.stepMs);
    this.idleMs = this.hasMoved(socket) ? 0 : this.idleMs + ranMs;
    const isWriting = socket.writableLength !== 0;
    // A socket timer that somebody else has set is not touched.
    if (this.idleMs !== 0 && isWriting && !socket.timeout) return this.armSocketTimer(socket);
    this.schedule();
    this.report();
  };

  /** How long the thread ran since the latest poll. */
  private ranMs(maxMs: number): number {
    const nowMs = threadTime.now();
    const ranMs = Math.min(nowMs - this.polledAtMs, maxMs);
    this.polledAtMs = nowMs;
    return ranMs;
  }

  private hasMoved({ bytesRead, bytesWritten, writableLength }: Socket): boolean {
    // Pending writes count only as a whole, once they are through.
    const moved = bytesRead + bytesWritten - writableLength;
    const before = this.movedBytes;
    this.movedBytes = moved;
    return moved !== before;
  }

  /** During a write only the socket's own timer notices that a part of it got through. */
  private armSocketTimer(socket: Socket): void {
    this.armedAtMs = performance.now();
    socket.setTimeout(Math.max(this.stepMs, this.smallestMs - this.idleMs));
  }

  private readonly socketTimedOut = (): void => {
    const { socket, armedAtMs } = this;
    if (socket === null || armedAtMs === null) return;
    const waitedMs = socket.timeout ?? 0;
    const wasRestarted = performance.now() - armedAtMs > waitedMs * RESTARTED;
    const hasProgressed = this.hasMoved(socket) || wasRestarted;
    this.idleMs = (hasProgressed ? 0 : this.idleMs) + this.ranMs(waitedMs);
    this.schedule();
    this.report();
  };

  private report(): void {
    if (this.idleMs + SLACK_MS < this.smallestMs) return;
    clearImmediate(this.turn);
    this.turn = setImmediate(() => {
      const { socket } = this;
      if (socket === null) return;
      if (this.hasMoved(socket)) this.idleMs = 0;
      else this.onIdle();
    });
  }
}
