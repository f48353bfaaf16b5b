import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { codeOf, messageOf } from '../../errors.ts';
import type { ProxyContext } from '../context.ts';
import { compileTrust, peerOf } from '../http/forwarded.ts';
import { headRulesOf } from '../http/head-rules.ts';
import { reject } from '../http/rejection.ts';
import { type RequestHead, readRequestHead } from '../http/request-head.ts';
import type { HeadRules } from '../http/request-headers.ts';
import { Forward } from '../request/forward.ts';
import { isTunnelled, requestAsBytes, Tunnel } from '../request/tunnel.ts';
import { Connection } from './connection.ts';
import { rawPage } from './error-pages.ts';
import { FastPath, type FastPathRules, fastPathRulesOf } from './fast-path.ts';
import type { FastHead } from './fast-request.ts';
import type { FastResponse } from './fast-response.ts';
import { Http2Frontend } from './http2.ts';
import type { ListenerEvents, ProxyResponse } from './listener.ts';
import type { UserRequest, UserResponse } from './types.ts';

/** Statuses for what node's parser and timers find before there is a request. */
const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Turns what the listening socket brings into turns of connections. */
export class Http1Frontend implements ListenerEvents {
  private readonly connections = new Set<Connection>();
  private readonly context: ProxyContext;
  private readonly bySocket = new WeakMap<Socket, Connection>();
  private readonly trust: (address: string) => boolean;
  private readonly rules: HeadRules;
  private readonly plain: FastPathRules;
  readonly http2: Http2Frontend;
  private server: Server | null = null;

  constructor(context: ProxyContext) {
    const { settings } = context;
    this.context = context;
    this.trust = compileTrust(settings.trustedProxies);
    this.rules = headRulesOf(settings);
    this.plain = fastPathRulesOf(settings, this.rules);
    this.http2 = new Http2Frontend(context);
  }

  /** Needed for requests that turn out to be ordinary after node took them for an upgrade. */
  attach(server: Server): void {
    this.server = server;
  }

  connected(socket: Socket, serve: () => void): void {
    // One that is back from an upgrade that was none.
    if (this.bySocket.has(socket)) return serve();
    const peer = peerOf(socket.remoteAddress, this.trust);
    const connection = new Connection(socket, peer, this.context.settings.request.idleTimeoutMs);
    this.bySocket.set(socket, connection);
    this.connections.add(connection);
    socket.once('close', () => this.connections.delete(connection));
    const forward = ({ request, head }: FastHead, answer: FastResponse): void => {
      this.forward(connection, request, answer, head, false);
    };
    new FastPath(connection, this.plain, forward, serve).start();
  }

  requested(request: IncomingMessage, response: ProxyResponse, expectsContinue: boolean): void {
    const connection = this.bySocket.get(request.socket);
    if (connection === undefined) return;
    this.forward(connection, request, response, this.read(request, connection), expectsContinue);
  }

  expected(request: IncomingMessage, response: ProxyResponse): void {
    const connection = this.bySocket.get(request.socket);
    if (connection === undefined) return;
    const head = this.read(request, connection);
    const refused = head.rejected(reject(417, 'an expectation other than 100-continue'));
    this.forward(connection, request, response, refused, false);
  }

  upgraded(request: IncomingMessage, socket: Socket, early: Buffer): void {
    const connection = this.bySocket.get(socket);
    if (connection === undefined) return;
    const head = this.read(request, connection);
    if (!isTunnelled(head)) {
      socket.unshift(Buffer.concat([requestAsBytes(request), early]));
      this.server?.emit(socket instanceof TLSSocket ? 'secureConnection' : 'connection', socket);
      return;
    }
    this.context.counts.received++;
    const tunnel = new Tunnel(this.context, connection, head, early);
    if (!connection.take(tunnel)) socket.destroy();
  }

  connectRequested(socket: Socket): void {
    const { counts, pages } = this.context;
    counts.received++;
    counts.skip('refused');
    counts.respond(405);
    socket.on('error', () => socket.destroy());
    this.bySocket.get(socket)?.fail(405, rawPage(pages.page(405)));
  }

  malformed(error: Error, socket: Socket): void {
    const connection = this.bySocket.get(socket);
    const code = codeOf(error) ?? '';
    const status = STATUS_BY_CODE[code] ?? (code.startsWith('HPE_') ? 400 : null);
    if (connection === undefined || status === null) return void socket.destroy();
    // A connection made ahead of need and never used, as browsers do, is no request.
    if (socket.bytesRead === 0) return connection.end();
    const { counts, pages } = this.context;
    if (!connection.fail(status, rawPage(pages.page(status)))) return;
    counts.received++;
    counts.skip('refused');
    counts.respond(status);
    counts.error(status === 408 ? 'client-timeout' : 'client-malformed');
  }

  idle(socket: Socket): void {
    const connection = this.bySocket.get(socket);
    if (connection === undefined) socket.destroy();
    else if (!connection.idle()) socket.setTimeout(this.context.settings.request.idleTimeoutMs);
  }

  connectionRejected(): void {
    this.context.counts.connectionsRejected++;
  }

  http2Connected(socket: TLSSocket): void {
    this.http2.connected(socket);
  }

  /** Ends the connections that no request is using. */
  endIdle(): void {
    for (const connection of this.connections) if (!connection.busy) connection.end();
  }

  destroyAll(): void {
    for (const connection of this.connections) connection.socket.destroy();
    this.http2.destroy();
  }

  // Private

  private read(request: IncomingMessage, connection: Connection): RequestHead {
    const { method = '', url = '', rawHeaders, httpVersionMajor, httpVersionMinor } = request;
    return readRequestHead(
      { method, url, rawHeaders, httpVersionMajor, httpVersionMinor },
      connection.peer,
      this.rules,
    );
  }

  private forward(
    connection: Connection,
    request: UserRequest,
    response: UserResponse,
    head: RequestHead,
    expectsContinue: boolean,
  ): void {
    const { context } = this;
    context.counts.received++;
    const turn = new Forward(context, connection, request, response, head, expectsContinue);
    try {
      if (connection.take(turn)) return;
      context.counts.skip('aborted');
    } catch (error) {
      // Nothing is known to throw here; if something does, it costs one connection and no more.
      context.counts.error('internal');
      context.onProblem(`request ${head.requestId}: ${messageOf(error)}`);
      connection.socket.destroy();
    }
  }
}
