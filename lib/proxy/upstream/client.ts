import type { Socket } from 'node:net';
import type { Target } from '../../model/exchange.ts';
import type { ConnectResult } from '../../runtime/net/connect.ts';
import type { RawResponseHead } from '../http/response-head.ts';
import type { ResponseHead } from '../http/response-headers.ts';
import { ResponseReader } from '../http/response-reader.ts';
import { contained } from '../io/contained.ts';
import { IdleTimer } from '../io/idle-timer.ts';
import { ONE_WRITE_MAX_BYTES } from '../io/write-coalescing.ts';
import { BodySender } from './body-sender.ts';
import { connectSocket, connectUpstream, hostOf } from './connect.ts';
import { ResponseTimeoutError, UpstreamClosedError } from './errors.ts';
import { Pulse } from './pulse.ts';
import { requestText } from './request-text.ts';
import type { UpstreamHandler, UpstreamLimits, UpstreamRequest } from './types.ts';

/** The longest a connection is kept when running names a time itself (`Keep-Alive: timeout=`). */
const KEEP_ALIVE_MAX_MS = 600_000;
/** Connections end this long before running closes them, so that no request runs into the closing. */
const KEEP_ALIVE_MARGIN_MS = 2000;
/** For a running that names no time; shorter than the 5 s after which many servers close. */
const KEEP_ALIVE_MS = 3500;

/**
 * One connection to running, with at most one request on it; opened when first needed and again after it
 * broke.
 */
export class UpstreamClient {
  /** Requests sent on the present connection, including the current one. */
  sent = 0;
  /** Nothing more can be sent on the connection. */
  spent = false;
  private readonly target: Target;
  private readonly limits: UpstreamLimits;
  private readonly pulse: Pulse;
  private readonly host: string;
  private readonly reader: ResponseReader;
  private readonly abort = (): void => this.fail(new UpstreamClosedError('given up'));
  private readonly resume = (): void => {
    if (this.socket?.isPaused()) this.socket.resume();
  };
  private readonly idleTimer = new IdleTimer(() => this.idle());
  private socket: Socket | null = null;
  private handler: UpstreamHandler | null = null;
  private body: BodySender | null = null;
  private keepMs = KEEP_ALIVE_MS;
  /** The state of the current request. */
  private requestSent = false;
  private isAwaited = false;
  private responding = false;
  private headSeen = false;
  private destroyed = false;

  constructor(target: Target, limits: UpstreamLimits, pulse = new Pulse()) {
    this.target = target;
    this.limits = limits;
    this.pulse = pulse;
    this.host = hostOf(target);
    this.reader = new ResponseReader(limits.maxHeaderBytes, {
      interim: ({ status, reason, fields }) => this.handler?.onInterim(status, reason, fields),
      head: (status, reason, head) => this.headArrived(status, reason, head),
      data: (piece) => {
        if (this.handler?.onData(piece) === false) this.socket?.pause();
      },
      complete: (trailers) => this.complete(trailers),
      upgraded: (head, early) => this.upgraded(head, early),
    });
  }

  /** Sends one request at a time: the last event of its handler comes before the next `dispatch`. */
  dispatch(request: UpstreamRequest, handler: UpstreamHandler): void {
    this.handler = handler;
    const isTunnel = request.upgrade !== '';
    // A tunnel reads its connection as a stream, so it gets a connection of its own.
    if (isTunnel) this.drop();
    if (this.socket !== null) return this.send(this.socket, request, handler);
    const { target, limits } = this;
    const connected: ConnectResult = contained(
      (...[error, socket]: Parameters<ConnectResult>) => {
        if (error !== null) return this.fail(error);
        if (isTunnel) socket.on('data', this.receive);
        this.adopt(socket);
        if (this.destroyed) this.fail(new UpstreamClosedError('given up'));
        else this.send(socket, request, handler);
      },
      (error) => this.fail(error as Error),
    );
    if (isTunnel) connectSocket(target, limits.connectTimeoutMs, connected);
    else connectUpstream(target, limits.connectTimeoutMs, this.receive, connected);
  }

  /** Passes the client's half-close on to running, which can still respond. */
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
    this.headSeen = false;
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
        if (!this.responding) this.await();
        handler.onRequestSent();
      });
      return this.body.send(body);
    } else if (body.length <= ONE_WRITE_MAX_BYTES) {
      socket.write(head + body.toString('latin1'), 'latin1');
    } else {
      socket.write(head, 'latin1');
      socket.write(body);
    }
    this.await();
    handler.onRequestSent();
  }

  private await(): void {
    this.isAwaited = true;
    this.pulse.waiting++;
  }

  private awaitNoMore(): void {
    if (!this.isAwaited) return;
    this.isAwaited = false;
    this.pulse.waiting--;
  }

  private readonly receive = (bytes: Buffer): void => {
    const { handler } = this;
    this.pulse.heard++;
    // Unsolicited bytes: nothing that this connection brings later can be trusted either.
    if (handler === null) return this.drop();
    if (!this.responding) {
      this.responding = true;
      this.awaitNoMore();
      handler.onResponseStarted();
    }
    try {
      this.reader.read(bytes);
    } catch (error) {
      return this.fail(error as Error);
    }
    if (this.handler === handler && this.headSeen) handler.onPending();
  };

  private readonly drained = (): void => this.body?.drained();

  private headArrived(status: number, reason: string, head: ResponseHead): void {
    this.headSeen = true;
    this.handler?.onHead(status, reason, head, this.resume);
  }

  private complete(trailers: readonly string[]): void {
    const { handler, reader } = this;
    if (!reader.keepsConnection || !this.requestSent || this.spent) this.drop();
    else if (reader.idleMs !== null) this.keep(this.socket, reader.idleMs);
    // The connection may still be paused for a client that was slow up to the end.
    this.resume();
    this.release();
    handler?.onComplete(trailers);
  }

  /** Adopts the time for which running keeps the connection. */
  private keep(socket: Socket | null, idleMs: number): void {
    const keepMs = Math.min(idleMs - KEEP_ALIVE_MARGIN_MS, KEEP_ALIVE_MAX_MS);
    if (keepMs <= 0) return this.drop();
    if (keepMs === this.keepMs || socket === null) return;
    this.keepMs = keepMs;
    this.watch(socket);
  }

  private watch(socket: Socket): void {
    const { headTimeoutMs, idleTimeoutMs } = this.limits;
    this.idleTimer.watch(socket, Math.min(this.keepMs, headTimeoutMs, idleTimeoutMs));
  }

  private upgraded({ fields }: RawResponseHead, early: Buffer): void {
    const { handler, socket } = this;
    this.spent = true;
    this.release();
    if (socket === null) return;
    this.socket = null;
    this.idleTimer.stop();
    socket.off('data', this.receive).off('drain', this.drained).setTimeout(0);
    socket.pause();
    if (early.length !== 0) socket.unshift(early);
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

  /** Nothing has moved for a while: finds out which limit applies and whether it is exceeded. */
  private idle(): void {
    const { socket, limits } = this;
    if (socket === null) return;
    const isIdle = this.handler === null;
    // Downstream watches a client that does not send, or does not read.
    const isWaiting = socket.isPaused() || (!this.requestSent && !socket.writableNeedDrain);
    if (!isIdle && isWaiting) return this.idleTimer.restart();
    const limit = isIdle
      ? this.keepMs
      : this.headSeen
        ? limits.idleTimeoutMs
        : limits.headTimeoutMs;
    if (!this.idleTimer.reached(limit)) return;
    if (isIdle) this.drop();
    else
      this.fail(new ResponseTimeoutError(`nothing from ${this.target.instance} for ${limit} ms`));
  }

  /** Ends the current request and the connection. */
  private fail(error: Error): void {
    const { handler } = this;
    this.drop();
    this.release();
    handler?.onError(error);
  }

  /** Detaches from the current request, which is over. */
  private release(): void {
    this.awaitNoMore();
    this.reader.stop();
    this.body?.cancel();
    this.body = null;
    this.handler = null;
  }

  /** Closes the connection. */
  private drop(): void {
    const { socket } = this;
    if (socket === null) return;
    this.socket = null;
    this.idleTimer.stop();
    socket.destroy();
  }
}
