import { Client, type Dispatcher } from 'undici';
import type { Target } from './exchange.ts';
import { dispatchByNode } from './node-client.ts';
import type { UpstreamHandler, UpstreamLimits, UpstreamRequest } from './upstream.ts';
import { type ConnectResult, connectUpstream, originOf } from './upstream-connect.ts';
import type { UpstreamSocket } from './upstream-socket.ts';

/** Most a connection is kept when running itself names a time (`Keep-Alive: timeout=`). */
const KEEP_ALIVE_MAX_MS = 600_000;
/** Idle connections to a running that names none; shorter than the 5 s many servers close after. */
const KEEP_ALIVE_MS = 4000;

/**
 * One connection to running, with at most one request on it; it is made when first needed and again
 * after it broke.
 */
export class UpstreamClient {
  /** Requests sent on the present connection, the one under way among them. */
  sent = 0;
  /** Nothing more can be sent on its connection. */
  spent = false;
  private socket: UpstreamSocket | null = null;
  private readonly client: Client;
  private readonly target: Target;
  private readonly limits: UpstreamLimits;

  constructor(target: Target, limits: UpstreamLimits) {
    this.target = target;
    this.limits = limits;
    this.client = new Client(originOf(target), {
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MAX_MS,
      headersTimeout: limits.headTimeoutMs,
      bodyTimeout: limits.idleTimeoutMs,
      maxHeaderSize: limits.maxHeaderBytes,
      connect: (_options, callback) =>
        this.connect((error, socket) => {
          if (error === null) callback(null, socket);
          else callback(error, null);
        }),
    });
  }

  dispatch(request: UpstreamRequest, handler: UpstreamHandler): void {
    if (request.path === '*' || request.trailers !== undefined) {
      return dispatchByNode(this.target, this.limits, request, handler);
    }
    const upgrade = request.upgrade;
    const options = {
      method: request.method,
      path: request.path,
      headers: request.headers as string[],
      body: request.body,
      // undici would close the connection after HEAD and after bodies of GET; null leaves it alone.
      reset: request.body !== null || request.method === 'HEAD' ? false : null,
      upgrade: upgrade ?? null,
    };
    this.client.dispatch(options as unknown as Dispatcher.DispatchOptions, handler);
  }

  /** To be called when a request goes out: what the connection says next is the head of an answer. */
  sending(): void {
    this.sent++;
    this.socket?.expectHead();
  }

  /** The reason phrase byte for byte; undici decodes it as UTF-8, which some are not. */
  reason(decoded: string): string {
    return this.socket?.oddReason ?? decoded;
  }

  /**
   * The error that ended the connection, null while it is well. undici takes a reset behind an answer
   * of unknown length for its end.
   */
  get failure(): Error | null {
    return this.socket?.errored ?? null;
  }

  /** Tells running that the client has said all it will say; the answer can still come. */
  finish(): void {
    this.spent = true;
    this.socket?.end();
  }

  destroy(): void {
    // Rejects only when called twice, and nobody waits for it.
    this.client.destroy().catch(() => {});
  }

  // Private

  private connect(callback: ConnectResult): void {
    connectUpstream(this.target, this.limits.connectTimeoutMs, (...result) => {
      const [, socket] = result;
      if (socket !== null) {
        this.socket = socket;
        this.sent = 0;
      }
      callback(...result);
    });
  }
}
