import { Socket } from 'node:net';
import type { Target } from '../../model/exchange.ts';
import type { RawResponseHead } from '../http/response-head.ts';
import type { ResponseHead } from '../http/response-headers.ts';
import { ResponseReader } from '../http/response-reader.ts';
import { IdleTimer } from '../io/idle-timer.ts';
import { ONE_WRITE_MAX_BYTES } from '../io/write-coalescing.ts';
import { BodySender } from './body-sender.ts';
import { type ConnectResult, connectSocket, connectUpstream, hostOf } from './connect.ts';
import { SilentRunningError, UpstreamClosedError } from './errors.ts';
import { requestText } from './request-text.ts';
import type { UpstreamHandler, UpstreamLimits, UpstreamRequest } from './types.ts';

/** Most a connection is kept when running itself names a time (`Keep-Alive: timeout=`). */
const KEEP_ALIVE_MAX_MS = 600_000;
/** So much earlier than running says it closes, so that no request meets that. */
const KEEP_ALIVE_MARGIN_MS = 2000;
/** Idle connections to a running that names no time; shorter than the 5 s many servers close after. */
const KEEP_ALIVE_MS = 3500;

/**
 * One connection to running, with at most one request on it; it is made when first needed and again
 * after it broke.
 */
export class UpstreamClient {
  /** Requests sent on the present connection, the one under way among them. */
  sent = 0;
  /** Nothing more can be sent on its connection. */
  spent = false;
  private readonly target: Target;
  private readonly limits: UpstreamLimits;
  private readonly host: string;
  private readonly reader: ResponseReader;
  private readonly abort = (): void => this.fail(new UpstreamClosedError('given up'));
  private readonly resume = (): void => {
    if (this.socket?.isPaused()) this.socket.resume();
  };
  private readonly quiet = new IdleTimer(() => this.silent());
  private socket: Socket | null = null;
  private handler: UpstreamHandler | null = null;
  private body: BodySender | null = null;
  private keepMs = KEEP_ALIVE_MS;
  /** Of the request under way. */
  private requestSent = false;
  private responding = false;
  private answering = false;
  private destroyed = false;

  constructor(target: Target, limits: UpstreamLimits) {
    this.target = target;
    this.limits = limits;
    this.host = hostOf(target);
    this.reader = new ResponseReader(limits.maxHeaderBytes, {
      interim: ({ status, reason, fields }) => this.handler?.onInterim(status, reason, fields),
      head: (status, reason, head) => this.answerBegan(status, reason, head),
      data: (piece) => {
        if (this.handler?.onData(piece) === false) this.socket?.pause();
      },
      complete: (trailers) => this.complete(trailers),
      upgraded: (head, behind) => this.upgraded(head, behind),
    });
  }

  /** One at a time: `handler` has heard the end of one request before the next one is given. */
  dispatch(request: UpstreamRequest, handler: UpstreamHandler): void {
    this.handler = handler;
    const isTunnel = request.upgrade !== '';
    // A tunnel reads its connection as a stream, so it gets one of its own.
    if (isTunnel) this.drop();
    if (this.socket !== null) return this.send(this.socket, request, handler);
    const { target, limits } = this;
    const connected: ConnectResult<Socket> = (error, socket) => {
      if (error !== null) return this.fail(error);
      if (isTunnel) socket.on('data', this.take);
      this.adopt(socket);
      if (this.destroyed) this.fail(new UpstreamClosedError('given up'));
      else this.send(socket, request, handler);
    };
    if (isTunnel) connectSocket(Socket, {}, target, limits.connectTimeoutMs, connected);
    else connectUpstream(target, limits.connectTimeoutMs, this.take, connected);
  }

  /** Tells running that the client has said all it will say; the answer can still come. */
  finish(): void {
    this.spent = true;
    this.socket?.end();
  }

  destroy(): void {
    this.destroyed = true;
    this.abort();
  }

  // Private

  private adopt(socket: Socket): void {
    this.socket = socket;
    this.sent = 0;
    this.keepMs = KEEP_ALIVE_MS;
    socket.on('drain', this.drained);
    socket.on('end', () => {
      if (this.socket === socket) this.ended();
    });
    const lost = (error: Error): void => {
      if (this.socket === socket) this.fail(error);
    };
    socket.on('error', lost);
    socket.on('close', () => lost(new UpstreamClosedError('closed')));
    this.watch(socket);
  }

  private send(socket: Socket, request: UpstreamRequest, handler: UpstreamHandler): void {
    const { body } = request;
    this.sent++;
    this.responding = false;
    this.answering = false;
    this.requestSent = body === null || Buffer.isBuffer(body);
    this.reader.expect(request);
    handler.onConnect(this.abort);
    if (this.handler !== handler) return;
    const head = requestText(request, this.host);
    if (body === null) socket.write(head, 'latin1');
    else if (!Buffer.isBuffer(body)) {
      socket.write(head, 'latin1');
      this.body = new BodySender(socket, request, () => {
        this.body = null;
        this.requestSent = true;
        handler.onRequestSent();
      });
      return this.body.send(body);
    } else if (body.length <= ONE_WRITE_MAX_BYTES) {
      socket.write(head + body.toString('latin1'), 'latin1');
    } else {
      socket.write(head, 'latin1');
      socket.write(body);
    }
    handler.onRequestSent();
  }

  private readonly take = (bytes: Buffer): void => {
    const { handler } = this;
    // Nobody has asked for anything: what the connection says next cannot be believed either.
    if (handler === null) return this.drop();
    if (!this.responding) {
      this.responding = true;
      handler.onResponseStarted();
    }
    try {
      this.reader.read(bytes);
    } catch (error) {
      return this.fail(error as Error);
    }
    if (this.handler === handler && this.answering) handler.onPending();
  };

  private readonly drained = (): void => this.body?.drained();

  private answerBegan(status: number, reason: string, head: ResponseHead): void {
    this.answering = true;
    this.handler?.onHead(status, reason, head, this.resume);
  }

  private complete(trailers: readonly string[]): void {
    const { handler, reader } = this;
    if (!reader.keepsConnection || !this.requestSent || this.spent) this.drop();
    else if (reader.idleMs !== null) this.keep(this.socket, reader.idleMs);
    // A client that was slow to the end need not be waited for any more.
    this.resume();
    this.release();
    handler?.onComplete(trailers);
  }

  /** Running has said how long it keeps the connection. */
  private keep(socket: Socket | null, idleMs: number): void {
    const keepMs = Math.min(idleMs - KEEP_ALIVE_MARGIN_MS, KEEP_ALIVE_MAX_MS);
    if (keepMs <= 0) return this.drop();
    if (keepMs === this.keepMs || socket === null) return;
    this.keepMs = keepMs;
    this.watch(socket);
  }

  private watch(socket: Socket): void {
    const { headTimeoutMs, idleTimeoutMs } = this.limits;
    this.quiet.watch(socket, Math.min(this.keepMs, headTimeoutMs, idleTimeoutMs));
  }

  private upgraded({ fields }: RawResponseHead, behind: Buffer): void {
    const { handler, socket } = this;
    this.spent = true;
    this.release();
    if (socket === null) return;
    this.socket = null;
    this.quiet.stop();
    socket.off('data', this.take).off('drain', this.drained).setTimeout(0);
    socket.pause();
    if (behind.length !== 0) socket.unshift(behind);
    handler?.onUpgrade(fields, socket);
  }

  private ended(): void {
    try {
      if (this.handler !== null && this.reader.ended()) return;
    } catch (error) {
      return this.fail(error as Error);
    }
    this.fail(new UpstreamClosedError('closed by running'));
  }

  /** Nothing moved for a while: by whose fault, and is it long enough? */
  private silent(): void {
    const { socket, limits } = this;
    if (socket === null) return;
    const isIdle = this.handler === null;
    // The user's side looks after a client that does not send, or does not read.
    const isWaiting = socket.isPaused() || (!this.requestSent && !socket.writableNeedDrain);
    if (!isIdle && isWaiting) return this.quiet.restart();
    const limit = isIdle
      ? this.keepMs
      : this.answering
        ? limits.idleTimeoutMs
        : limits.headTimeoutMs;
    if (!this.quiet.reached(limit)) return;
    if (isIdle) this.drop();
    else this.fail(new SilentRunningError(`nothing from ${this.target.instance} for ${limit} ms`));
  }

  /** Ends what is under way, and the connection. */
  private fail(error: Error): void {
    const { handler } = this;
    this.drop();
    this.release();
    handler?.onError(error);
  }

  /** The request under way is over. */
  private release(): void {
    this.reader.stop();
    this.body?.cancel();
    this.body = null;
    this.handler = null;
  }

  /** Gives the connection up. */
  private drop(): void {
    const { socket } = this;
    if (socket === null) return;
    this.socket = null;
    this.quiet.stop();
    socket.destroy();
  }
}
