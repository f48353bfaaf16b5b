import type { HeadRules } from '../http/request-headers.ts';
import { contained } from '../io/contained.ts';
import { confirmIdle } from '../io/confirm-idle.ts';
import { IdleTimer } from '../io/idle-timer.ts';
import { skipEmptyWrites } from '../io/write-coalescing.ts';
import type { ProxySettings } from '../settings.ts';
import type { Connection } from './connection.ts';
import { type FastHead, FastReader, isStrayEmptyLine } from './fast-request.ts';
import { FastResponse } from './fast-response.ts';

/** What applies to the fast requests of all connections. */
export interface FastPathRules {
  readonly heads: HeadRules;
  readonly maxHeadBytes: number;
  readonly limits: ProxySettings['request'];
  /** The end of the head of responses on a connection that stays open. */
  readonly keepAliveEnd: string;
}

export function fastPathRulesOf(
  { header, request }: ProxySettings,
  heads: HeadRules,
): FastPathRules {
  const seconds = Math.floor(request.keepAliveMs / 1000);
  return {
    heads,
    maxHeadBytes: header.maxBytes,
    limits: request,
    keepAliveEnd: `Connection: keep-alive\r\nKeep-Alive: timeout=${seconds}\r\n\r\n`,
  };
}

/**
 * The fast path of a user's connection: as long as only fast requests arrive, one after the other, they are
 * served here, at half the cost of node's HTTP server. With the first other bytes, valid or not, the connection
 * is handed over to that server, including those bytes, and stays there.
 */
export class FastPath {
  private readonly connection: Connection;
  private readonly rules: FastPathRules;
  private readonly forward: (fast: FastHead, response: FastResponse) => void;
  private readonly serve: () => void;
  private readonly receive: (bytes: Buffer) => void;
  private readonly idleTimer = new IdleTimer(() => this.idle());
  private readonly reader: FastReader;
  private response: FastResponse | null = null;

  /** `serve` gives the connection to node's server; `onThrow` ends the connection. */
  constructor(
    connection: Connection,
    rules: FastPathRules,
    forward: (fast: FastHead, response: FastResponse) => void,
    serve: () => void,
    onThrow: (error: unknown) => void,
  ) {
    this.connection = connection;
    this.rules = rules;
    this.forward = forward;
    this.serve = serve;
    this.receive = contained((bytes: Buffer) => this.received(bytes), onThrow);
    this.reader = new FastReader(connection.peer, rules.heads, rules.maxHeadBytes);
  }

  start(): void {
    const { socket } = this.connection;
    const { headTimeoutMs, idleTimeoutMs, keepAliveMs } = this.rules.limits;
    socket.on('data', this.receive);
    socket.on('end', this.ended);
    socket.on('error', this.failed);
    socket.on('timeout', this.timedOut);
    socket.on('close', this.closed);
    // A keep-alive of 0 is not a limit: connections end with their first response then.
    const limits = [headTimeoutMs, idleTimeoutMs, keepAliveMs].filter((ms) => ms > 0);
    this.idleTimer.watch(socket, Math.min(...limits));
  }

  // Private

  private received(bytes: Buffer): void {
    const { connection, rules } = this;
    if (connection.isSealed) return;
    const fast = connection.busy ? null : this.reader.read(bytes);
    if (fast === null) return isStrayEmptyLine(bytes) ? undefined : this.handOver(bytes);
    const isHead = fast.head.method === 'HEAD';
    this.response = new FastResponse(connection, rules.keepAliveEnd, isHead, fast.closes);
    this.forward(fast, this.response);
  }

  /** The client will send nothing more; the current request is still responded to. */
  private readonly ended = (): void => {
    this.idleTimer.stop();
    if (this.connection.busy && this.response !== null) this.response.last = true;
    else this.connection.end();
  };

  private readonly failed = (): void => {
    this.connection.socket.destroy();
  };

  private readonly closed = (): void => this.idleTimer.stop();

  /** A client that has half-closed no longer accepts anything. */
  private readonly timedOut = (): void => {
    const { connection } = this;
    const { socket } = connection;
    const isMeant = (): boolean => connection.isHalfClosed && !connection.isEnding;
    if (!isMeant()) return;
    confirmIdle(socket, socket.timeout ?? 0, () => {
      if (isMeant()) connection.idle();
    });
  };

  private idle(): void {
    const { connection, idleTimer } = this;
    const { headTimeoutMs, idleTimeoutMs, keepAliveMs } = this.rules.limits;
    if (connection.isEnding) return;
    const betweenMs = this.response === null ? headTimeoutMs : keepAliveMs;
    if (!idleTimer.reached(connection.busy ? idleTimeoutMs : betweenMs)) return;
    connection.idle();
  }

  private handOver(bytes: Buffer): void {
    const { socket } = this.connection;
    this.idleTimer.stop();
    socket.off('data', this.receive).off('end', this.ended).off('close', this.closed);
    socket.off('error', this.failed).off('timeout', this.timedOut);
    // Paused, so that the bytes are neither lost before the server listens nor overtaken by later ones.
    socket.pause();
    socket.unshift(bytes);
    skipEmptyWrites(socket);
    this.serve();
    socket.resume();
  }
}
