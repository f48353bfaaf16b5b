import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Server as NetServer, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { EXIT, messageOf, ViliError } from '../../errors.ts';
import { type HeaderBlock, interimText } from '../http/headers.ts';
import type { ProxySettings } from '../settings.ts';
import type { TlsPair } from './tls.ts';

const BACKLOG = 4096;
const CHECK_INTERVAL_MAX_MS = 1000;
/** What is read and written ahead on a user's connection. */
export const STREAM_BUFFER_BYTES = 131_072;

/** What a gate does with what its listening socket brings. */
export interface ListenerEvents {
  /** `serve` gives the connection to node's server, which has not seen it yet. */
  connected(socket: Socket, serve: () => void): void;
  requested(request: IncomingMessage, response: ProxyResponse, expectsContinue: boolean): void;
  /** `Expect` with anything but `100-continue`. */
  expected(request: IncomingMessage, response: ProxyResponse): void;
  upgraded(request: IncomingMessage, socket: Socket, early: Buffer): void;
  /** CONNECT: the gate is no forward proxy. */
  connectRequested(socket: Socket): void;
  malformed(error: Error, socket: Socket): void;
  idle(socket: Socket): void;
  connectionRejected(): void;
  /** A connection on which HTTP/2 has been agreed. */
  http2Connected(socket: TLSSocket): void;
}

/**
 * node's HTTP server with its strict parser, its limits set, and every way of answering by itself
 * turned over to the gate, so that nothing goes uncounted.
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
    // A whole request may take as long as its client keeps sending: see `idleTimeoutMs`.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(CHECK_INTERVAL_MAX_MS, request.headTimeoutMs),
    keepAliveTimeout: request.keepAliveMs,
    requireHostHeader: false,
    highWaterMark: STREAM_BUFFER_BYTES,
  };
  // The types tell servers with other classes of messages apart, though they extend node's own.
  const server = (pair === null
    ? createServer(options)
    : createSecureServer({ ...options, ...pair, ...tlsOptions(settings) })) as unknown as Server;
  divert(server, pair === null ? 'connection' : 'secureConnection', (socket, serve) => {
    if (socket instanceof TLSSocket && socket.alpnProtocol === 'h2') events.http2Connected(socket);
    else events.connected(socket, serve);
  });
  // A client may have said all and still listen; the gate asks running what that means.
  if (pair === null) Object.assign(server, { httpAllowHalfOpen: true });
  server.timeout = request.idleTimeoutMs;
  server.maxConnections = request.maxConnections;
  // node would cut the list without a word; the gate counts by itself, and bytes bound it anyway.
  server.maxHeadersCount = 0;
  const given = (response: ServerResponse): ProxyResponse => response as ProxyResponse;
  server.on('request', (incoming, response) => events.requested(incoming, given(response), false));
  server.on('checkContinue', (incoming, response) =>
    events.requested(incoming, given(response), true),
  );
  server.on('checkExpectation', (incoming, response) => events.expected(incoming, given(response)));
  server.on('upgrade', (incoming, socket: Duplex, early: Buffer) =>
    events.upgraded(incoming, socket as Socket, early),
  );
  server.on('connect', (_incoming, socket: Duplex) => events.connectRequested(socket as Socket));
  server.on('clientError', (error, socket: Duplex) => events.malformed(error, socket as Socket));
  server.on('timeout', (socket) => events.idle(socket));
  server.on('drop', () => events.connectionRejected());
  return server;
}

/**
 * Opens the port.
 * @throws ViliError VILI_GATE_LISTEN when it cannot be had.
 */
export function openListener(server: NetServer, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      const text = `cannot listen on ${host}:${port}: ${messageOf(error)}`;
      reject(new ViliError('VILI_GATE_LISTEN', text, { cause: error, exitCode: EXIT.usage }));
    };
    server.once('error', failed);
    server.listen({ host, port, backlog: BACKLOG }, () => {
      server.off('error', failed);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

// Private

function tlsOptions({ request }: ProxySettings): {
  ALPNProtocols: string[];
  handshakeTimeout: number;
} {
  return { ALPNProtocols: ['h2', 'http/1.1', 'http/1.0'], handshakeTimeout: request.headTimeoutMs };
}

/** Lets `take` decide about what an event brings to node's server, instead of that server. */
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

/** node's response, that can also tell what running says before its answer. */
export class ProxyResponse extends ServerResponse {
  begin(status: number, reason: string, { flat }: HeaderBlock, closes: boolean): void {
    const sent = closes ? [...flat, 'Connection', 'close'] : (flat as string[]);
    this.writeHead(status, reason, sent);
  }

  /**
   * Passes an interim answer on. It is left out where it would be in the way: of a pipelined answer
   * that is not through yet, or of a client that does not read.
   */
  writeInterim(status: number, reason: string, headers: readonly string[]): void {
    const { socket } = this;
    if (socket === null || this.headersSent || socket.writableNeedDrain) return;
    socket.write(interimText(status, reason, headers), 'latin1');
  }
}

/**
 * node's request without the object of lower-cased headers, which costs more than forwarding does:
 * node itself asks it for two names only, and the gate reads the flat array.
 */
export class ProxyRequest extends IncomingMessage {}

Object.defineProperty(ProxyRequest.prototype, 'headers', {
  configurable: true,
  get(this: IncomingMessage): { host?: string; expect?: string } {
    const found: { host?: string; expect?: string } = {};
    const raw = this.rawHeaders;
    for (let index = 0; index < raw.length; index += 2) {
      const name = raw[index] ?? '';
      if (name.length === 4 && name.toLowerCase() === 'host') found.host = raw[index + 1] ?? '';
      else if (name.length === 6 && name.toLowerCase() === 'expect') {
        found.expect = raw[index + 1] ?? '';
      }
    }
    return found;
  },
  set(): void {},
});
