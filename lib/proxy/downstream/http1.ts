import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { codeOf, messageOf } from '../../errors.ts';
import { ByteBudget } from '../../model/byte-budget.ts';
import { PatientTimer } from '../../runtime/patient-timer.ts';
import { threadTime } from '../../runtime/thread-time.ts';
import type { ProxyContext } from '../context.ts';
import { compileTrust, peerOf } from '../http/forwarded.ts';
import { TOKEN_SUFFIX } from '../http/hop-by-hop.ts';
import { UNKNOWN_EXPECTATION } from '../http/rejection.ts';
import { createRequestIds, type RequestHead, readRequestHead } from '../http/request-head.ts';
import { createMarker, MethodExchange, restore } from '../http/method-exchange.ts';
import type { HeadRules } from '../http/request-headers.ts';
import { AheadPace } from '../io/ahead-pace.ts';
import { contained, takeAll } from '../io/contained.ts';
import { PacedInput } from '../io/paced-input.ts';
import { PreviewRules } from '../preview/rules.ts';
import { Forward } from '../request/forward.ts';
import { isTunnelled, Tunnel, withoutUpgrade } from '../request/tunnel.ts';
import { confirmIdle } from '../io/confirm-idle.ts';
import type { ProxySettings } from '../settings.ts';
import { Connection } from './connection.ts';
import { rawPage } from './error-pages.ts';
import { FastPath, type FastPathRules, fastPathRulesOf } from './fast-path.ts';
import type { FastHead } from './fast-request.ts';
import type { FastResponse } from './fast-response.ts';
import { Http2Frontend } from './http2.ts';
import type { ListenerEvents, ProxyResponse } from './listener.ts';
import { Reparse } from './reparse.ts';
import type { UserRequest, UserResponse } from './types.ts';

/** How much memory requests that clients send ahead may take, on all connections together. */
const AHEAD_MAX_BYTES = 67_108_864;

/** node's error for a head that takes too long. */
const SLOW_HEAD = 'ERR_HTTP_REQUEST_TIMEOUT';
/** Statuses for what node's parser and timers reject before there is a request. */
const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  [SLOW_HEAD]: 408,
};

/** The HTTP/1 frontend: turns the events of the listening socket into turns of connections. */
export class Http1Frontend implements ListenerEvents {
  private readonly connections = new Set<Connection>();
  private readonly context: ProxyContext;
  private readonly bySocket = new WeakMap<Socket, Connection>();
  /** The latest response of node's server on each connection. */
  private readonly latest = new WeakMap<Connection, ProxyResponse>();
  private readonly marker = createMarker();
  private readonly trust: (address: string) => boolean;
  private readonly rules: HeadRules;
  private readonly fastPath: FastPathRules;
  readonly http2: Http2Frontend;
  private server: Server | null = null;
  /** For what all clients together send ahead of their turns. */
  private readonly ahead = { budget: new ByteBudget(AHEAD_MAX_BYTES), pace: new AheadPace() };

  constructor(context: ProxyContext) {
    const { settings } = context;
    this.context = context;
    this.trust = compileTrust(settings.trustedProxies);
    this.rules = headRulesOf(settings);
    this.fastPath = fastPathRulesOf(settings, this.rules);
    this.http2 = new Http2Frontend(context, this.trust, this.rules);
  }

  /** Gives access to the server for requests that node took for an upgrade but are ordinary. */
  attach(server: Server): void {
    this.server = server;
  }

  connected(socket: Socket, serve: () => void): void {
    // Re-enters after a declined upgrade.
    const known = this.bySocket.get(socket);
    if (known !== undefined) return this.serve(known, serve);
    const peer = peerOf(socket.remoteAddress, this.trust);
    const connection = new Connection(
      socket,
      peer,
      this.context.settings.request.idleTimeoutMs,
      this.ahead,
    );
    this.bySocket.set(socket, connection);
    this.connections.add(connection);
    socket.once('close', () => this.connections.delete(connection));
    const forward = ({ request, head, closes }: FastHead, response: FastResponse): void => {
      this.forward(connection, request, response, head, closes, false);
    };
    const onThrow = this.thrownOn(socket);
    new FastPath(
      connection,
      this.fastPath,
      forward,
      contained(() => this.serve(connection, serve), onThrow),
      onThrow,
    ).start();
  }

  /** What to do with what is thrown while a connection is served: it costs that connection only. */
  thrownOn(socket: Duplex): (error: unknown) => void {
    return (error) => {
      const { counts, onProblem } = this.context;
      takeAll([
        () => counts.error('internal'),
        () => onProblem(`connection: ${messageOf(error)}`),
        () => socket.destroy(),
      ]);
    };
  }

  requested(request: IncomingMessage, response: ProxyResponse, expectsContinue: boolean): void {
    const connection = this.bySocket.get(request.socket);
    if (connection === undefined || connection.isSealed) return;
    const head = this.read(request, connection);
    this.latest.set(connection, response);
    this.forward(connection, request, response, head, !response.shouldKeepAlive, expectsContinue);
  }

  expected(request: IncomingMessage, response: ProxyResponse): void {
    const connection = this.bySocket.get(request.socket);
    if (connection === undefined || connection.isSealed) return;
    const head = this.read(request, connection).rejected(UNKNOWN_EXPECTATION);
    this.forward(connection, request, response, head, true, false);
  }

  upgraded(request: IncomingMessage, socket: Socket, parsed: Buffer): void {
    const connection = this.bySocket.get(socket);
    if (connection === undefined) return;
    const early = withRest(connection, parsed);
    if (connection.isSealed) return;
    const head = this.read(request, connection);
    if (!isTunnelled(head)) {
      const again = new Reparse(connection, this.latest.get(connection), () => {
        socket.unshift(Buffer.concat([withoutUpgrade(request), early]));
        this.server?.emit(socket instanceof TLSSocket ? 'secureConnection' : 'connection', socket);
      });
      if (!connection.take(again, false)) socket.destroy();
      return;
    }
    this.context.counts.received++;
    const tunnel = new Tunnel(this.context, connection, head, early);
    if (!connection.take(tunnel, true)) socket.destroy();
  }

  connectRequested(socket: Socket): void {
    const { counts, pages } = this.context;
    counts.reject(405);
    socket.on('error', () => socket.destroy());
    this.bySocket.get(socket)?.input?.detach();
    this.bySocket.get(socket)?.fail(405, rawPage(pages.page(405)));
  }

  malformed(error: Error, socket: Socket): void {
    const connection = this.bySocket.get(socket);
    const code = codeOf(error) ?? '';
    if (code !== SLOW_HEAD || connection === undefined) return this.failed(code, socket);
    // node counts time in which this thread stood still, and does so only once for a head.
    const { headTimeoutMs } = this.context.settings.request;
    const before = connection.turns;
    const check = (): void => {
      if (!socket.destroyed && connection.turns === before) this.failed(code, socket);
    };
    new PatientTimer(check, { holdsProcess: false }).start(threadTime.lostWithin(headTimeoutMs));
  }

  private failed(code: string, socket: Socket): void {
    const connection = this.bySocket.get(socket);
    const status = STATUS_BY_CODE[code] ?? (code.startsWith('HPE_') ? 400 : null);
    if (connection === undefined || status === null) return void socket.destroy();
    // A connection that is opened in advance and never used, as browsers do, is not a request.
    if (socket.bytesRead === 0) return connection.end();
    const { counts, pages } = this.context;
    if (!connection.fail(status, rawPage(pages.page(status)))) return;
    counts.reject(status);
    counts.error(status === 408 ? 'client-timeout' : 'client-malformed');
  }

  idle(socket: Socket): void {
    const connection = this.bySocket.get(socket);
    if (connection === undefined) return void socket.destroy();
    const { idleTimeoutMs } = this.context.settings.request;
    confirmIdle(socket, socket.timeout ?? 0, () => {
      if (!connection.idle()) socket.setTimeout(idleTimeoutMs);
    });
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

  /** Gives the connection to node's server, whose parser then gets the client's bytes request by request. */
  private serve(connection: Connection, serve: () => void): void {
    serve();
    const methods = new MethodExchange(this.marker, this.fastPath.maxHeadBytes);
    connection.input = new PacedInput(connection.socket, connection, this.ahead.budget, methods);
  }

  private read(request: IncomingMessage, connection: Connection): RequestHead {
    const { method: parsed = '', url = '', httpVersionMajor, httpVersionMinor } = request;
    const { method, rawHeaders } = restore(parsed, request.rawHeaders, this.marker);
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
    closes: boolean,
    expectsContinue: boolean,
  ): void {
    const { context } = this;
    context.counts.received++;
    const turn = new Forward(context, connection, request, response, head, expectsContinue);
    if (!connection.take(turn, closes || head.rejection !== null)) context.counts.skip('aborted');
  }
}

// Private

/** The bytes that follow a request which has changed the protocol, or wants to. */
function withRest(connection: Connection, parsed: Buffer): Buffer {
  const rest = connection.input?.detach();
  connection.input = null;
  return rest === undefined || rest.length === 0 ? parsed : Buffer.concat([parsed, rest]);
}

/** The rules for request heads that follow from the settings. */
function headRulesOf({ header, mirror, preview, tls }: ProxySettings): HeadRules {
  return {
    maxCount: header.maxCount,
    markHeader: mirror.header.toLowerCase(),
    tokenHeader: `${mirror.header}${TOKEN_SUFFIX}`.toLowerCase(),
    preview: preview ? new PreviewRules(preview) : null,
    scheme: tls === null ? 'http' : 'https',
    nextRequestId: createRequestIds(),
  };
}
