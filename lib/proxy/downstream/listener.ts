import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Server as NetServer, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { EXIT, messageOf, ViliError } from '../../errors.ts';
import { type FlatHeaders, headerValues } from '../../model/headers.ts';
import { type HeaderBlock, interimText } from '../http/headers.ts';
import { contained } from '../io/contained.ts';
import type { ProxySettings } from '../settings.ts';
import type { TlsPair } from './tls.ts';

const BACKLOG = 4096;
const CHECK_INTERVAL_MAX_MS = 1000;
/** The read and write buffers of a user's connection. */
export const STREAM_BUFFER_BYTES = 131_072;

/** The events of a listening socket. */
export interface ListenerEvents {
  /** A new connection; `serve` gives it to node's server, which has not seen it yet. */
  connected(socket: Socket, serve: () => void): void;
  requested(request: IncomingMessage, response: ProxyResponse, expectsContinue: boolean): void;
  /** A request with any `Expect` but `100-continue`. */
  expected(request: IncomingMessage, response: ProxyResponse): void;
  upgraded(request: IncomingMessage, socket: Socket, early: Buffer): void;
  /** CONNECT, which only a forward proxy supports. */
  connectRequested(socket: Socket): void;
  malformed(error: Error, socket: Socket): void;
  idle(socket: Socket): void;
  connectionRejected(): void;
  /** What to do with what an event of a connection throws. */
  thrownOn(socket: Duplex): (error: unknown) => void;
  /** A new connection on which HTTP/2 has been negotiated. */
  http2Connected(socket: TLSSocket): void;
}

/** node's response, extended by interim responses. */
export class ProxyResponse extends ServerResponse {
  begin(status: number, reason: string, { flat }: HeaderBlock, closes: boolean): void {
    const sent = closes ? [...flat, 'Connection', 'close'] : (flat as string[]);
    this.writeHead(status, reason, sent);
  }

  /**
   * Forwards an interim response, unless a pipelined response is still being written or the client does not
   * read.
   */
  writeInterim(status: number, reason: string, headers: FlatHeaders): void {
    const { socket } = this;
    if (socket === null || this.headersSent || socket.writableNeedDrain) return;
    socket.write(interimText(status, reason, headers), 'latin1');
  }
}

/**
 * node's request without the object of lower-cased headers, which costs more than forwarding does: node itself
 * needs only these two, and the proxy reads the flat array.
 */
class ProxyRequest extends IncomingMessage {}

Object.defineProperty(ProxyRequest.prototype, 'headers', {
  configurable: true,
  get(this: IncomingMessage): { host: string | undefined; expect: string | undefined } {
    return {
      host: headerValues(this.rawHeaders, 'host').at(-1),
      expect: headerValues(this.rawHeaders, 'expect').at(-1),
    };
  },
  set(): void {},
});

/**
 * node's HTTP server with its strict parser and its limits set. Everything it would respond to itself goes to
 * `events`, so that nothing is left uncounted.
 */
export function createListener(
  settings: ProxySettings,
  events: ListenerEvents,
  pair: TlsPair | null,
): Server {
  const { header, request } = settings;
  const options = {
    IncomingMessage: ProxyRequest,
    ServerResponse: ProxyResponse,
    noDelay: true,
    insecureHTTPParser: false,
    maxHeaderSize: header.maxBytes,
    headersTimeout: request.headTimeoutMs,
    // A request may take as long as its client keeps sending: see `idleTimeoutMs`.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(CHECK_INTERVAL_MAX_MS, request.headTimeoutMs),
    keepAliveTimeout: request.keepAliveMs,
    requireHostHeader: false,
    highWaterMark: STREAM_BUFFER_BYTES,
  };
  // For the types, a server with its own message classes is another type, though they extend node's.
  const tls = {
    ALPNProtocols: ['h2', 'http/1.1', 'http/1.0'],
    handshakeTimeout: request.headTimeoutMs,
  };
  const server = (pair === null
    ? createServer(options)
    : createSecureServer({ ...options, ...pair, ...tls })) as unknown as Server;
  const contain = (socket: Duplex, act: () => void): void =>
    contained(act, events.thrownOn(socket))();
  divert(server, pair === null ? 'connection' : 'secureConnection', (socket, serve) => {
    contain(socket, () => {
      const isHttp2 = socket instanceof TLSSocket && socket.alpnProtocol === 'h2';
      if (isHttp2) events.http2Connected(socket);
      else events.connected(socket, serve);
    });
  });
  // A client that has half-closed may still listen; running decides whether it does.
  if (pair === null) Object.assign(server, { httpAllowHalfOpen: true });
  server.timeout = request.idleTimeoutMs;
  server.maxConnections = request.maxConnections;
  // node would silently truncate the headers; the proxy counts them itself, and their bytes are limited.
  server.maxHeadersCount = 0;
  server.on('request', (incoming, response) =>
    contain(incoming.socket, () => events.requested(incoming, response as ProxyResponse, false)),
  );
  server.on('checkContinue', (incoming, response) =>
    contain(incoming.socket, () => events.requested(incoming, response as ProxyResponse, true)),
  );
  server.on('checkExpectation', (incoming, response) =>
    contain(incoming.socket, () => events.expected(incoming, response as ProxyResponse)),
  );
  server.on('upgrade', (incoming, socket: Duplex, early: Buffer) =>
    contain(socket, () => events.upgraded(incoming, socket as Socket, early)),
  );
  server.on('connect', (_incoming, socket: Duplex) =>
    contain(socket, () => events.connectRequested(socket as Socket)),
  );
  server.on('clientError', (error, socket: Duplex) =>
    contain(socket, () => events.malformed(error, socket as Socket)),
  );
  server.on('timeout', (socket) => contain(socket, () => events.idle(socket)));
  server.on('drop', () => events.connectionRejected());
  return server;
}

/** Where users are awaited. */
export interface ListenPlace {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** A socket that another process has opened, in place of the two. */
  readonly inheritedFd?: number | null;
}

/**
 * Opens the port, or takes the inherited socket, or that of `handed`, which another process has sent and which must not have
 * been idle for one turn of the event loop: it accepts connections from then on. Resolves to the port. @throws ViliError
 * VILI_GATE_LISTEN
 */
export function openListener(
  server: NetServer,
  { host, port, inheritedFd = null }: ListenPlace,
  handed: NetServer | null = null,
): Promise<number> {
  const what =
    inheritedFd === null
      ? `${host}:${port}`
      : `the socket that Vili was given as descriptor ${inheritedFd}`;
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      const text = `cannot listen on ${what}: ${messageOf(error)}`;
      reject(new ViliError('VILI_GATE_LISTEN', text, { cause: error, exitCode: EXIT.usage }));
    };
    server.once('error', failed);
    const where = inheritedFd === null ? { host, port } : { fd: inheritedFd };
    const listening = (): void => {
      server.off('error', failed);
      const address = server.address();
      if (typeof address === 'object' && address !== null) return resolve(address.port);
      server.close();
      failed(new Error('it is not a TCP socket, which the addresses of users come from'));
    };
    try {
      if (handed !== null) server.listen(handed, BACKLOG, listening);
      else server.listen({ ...where, backlog: BACKLOG }, listening);
    } catch (error) {
      // A descriptor that is closed, or no socket at all.
      server.off('error', failed);
      failed(error as Error);
    }
  });
}

// Private

/** Gives the sockets of an event to `take` instead of node's server. */
function divert(
  server: Server,
  event: 'connection' | 'secureConnection',
  take: (socket: Socket, serve: () => void) => void,
): void {
  const listeners = server.listeners(event) as ((socket: Socket) => void)[];
  server.removeAllListeners(event);
  server.on(event, (socket: Socket) => {
    take(socket, () => {
      for (const listener of listeners) listener.call(server, socket);
    });
  });
}
