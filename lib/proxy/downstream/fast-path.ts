import type { HeadRules } from '../http/request-headers.ts';
import { IdleTimer } from '../io/idle-timer.ts';
import { skipEmptyWrites } from '../io/write-coalescing.ts';
import type { ProxySettings } from '../settings.ts';
import type { Connection } from './connection.ts';
import { type FastHead, FastReader, isOverlooked } from './fast-request.ts';
import { FastResponse } from './fast-response.ts';

/** What is the same for the plain requests of all connections. */
export interface FastPathRules {
  readonly heads: HeadRules;
  readonly maxHeadBytes: number;
  readonly limits: ProxySettings['request'];
  /** What answers say of a connection that stays. */
  readonly staying: string;
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
    staying: `Connection: keep-alive\r\nKeep-Alive: timeout=${seconds}\r\n\r\n`,
  };
}

/**
 * The short way of a user's connection: as long as nothing but plain requests comes, one after the other, they
 * are read and answered here, at half of what node's HTTP server takes. With the first other thing, right or
 * wrong, the connection is handed over to that server, bytes and all, and stays there.
 */
export class FastPath {
  private readonly connection: Connection;
  private readonly rules: FastPathRules;
  private readonly forward: (plain: FastHead, answer: FastResponse) => void;
  private readonly serve: () => void;
  private readonly quiet = new IdleTimer(() => this.silent());
  private readonly reader: FastReader;
  private answer: FastResponse | null = null;

  /** `serve` gives the connection to node's server. */
  constructor(
    connection: Connection,
    rules: FastPathRules,
    forward: (plain: FastHead, answer: FastResponse) => void,
    serve: () => void,
  ) {
    this.connection = connection;
    this.rules = rules;
    this.forward = forward;
    this.serve = serve;
    this.reader = new FastReader(connection.peer, rules.heads, rules.maxHeadBytes);
  }

  start(): void {
    const { socket } = this.connection;
    const { headTimeoutMs, idleTimeoutMs, keepAliveMs } = this.rules.limits;
    socket.on('data', this.take);
    socket.on('end', this.ended);
    socket.on('error', this.failed);
    socket.on('timeout', this.unheard);
    socket.on('close', this.closed);
    // Where none may be idle a connection ends with its answer.
    const limits = [headTimeoutMs, idleTimeoutMs, keepAliveMs].filter((ms) => ms > 0);
    this.quiet.watch(socket, Math.min(...limits));
  }

  // Private

  private readonly take = (bytes: Buffer): void => {
    const { connection, rules } = this;
    if (connection.isEnding) return;
    const plain = connection.busy ? null : this.reader.read(bytes);
    if (plain === null) return isOverlooked(bytes) ? undefined : this.handOver(bytes);
    const isHead = plain.head.method === 'HEAD';
    this.answer = new FastResponse(connection, rules.staying, isHead, plain.closes);
    this.forward(plain, this.answer);
  };

  /** The client will send nothing more; what it has asked for is still answered. */
  private readonly ended = (): void => {
    this.quiet.stop();
    if (this.connection.busy && this.answer !== null) this.answer.last = true;
    else this.connection.end();
  };

  private readonly failed = (): void => {
    this.connection.socket.destroy();
  };

  private readonly closed = (): void => this.quiet.stop();

  /** A client that has closed its side takes nothing any more. */
  private readonly unheard = (): void => {
    if (this.connection.listensOnly && !this.connection.isEnding) this.connection.idle();
  };

  private silent(): void {
    const { connection, quiet } = this;
    const { headTimeoutMs, idleTimeoutMs, keepAliveMs } = this.rules.limits;
    if (connection.isEnding) return;
    const betweenMs = this.answer === null ? headTimeoutMs : keepAliveMs;
    if (!quiet.reached(connection.busy ? idleTimeoutMs : betweenMs)) return;
    connection.idle();
  }

  private handOver(bytes: Buffer): void {
    const { socket } = this.connection;
    this.quiet.stop();
    socket.off('data', this.take).off('end', this.ended).off('close', this.closed);
    socket.off('error', this.failed).off('timeout', this.unheard);
    // Paused, for the bytes must not get lost before the server listens, nor overtaken by later ones.
    socket.pause();
    socket.unshift(bytes);
    skipEmptyWrites(socket);
    this.serve();
    socket.resume();
  }
}
