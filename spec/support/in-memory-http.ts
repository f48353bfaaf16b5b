import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  ServerResponse,
} from 'node:http';
import { Duplex } from 'node:stream';

/** A message as read by node's own parser, bytes as Latin-1. */
export interface Parsed {
  readonly startLine: string;
  readonly rawHeaders: readonly string[];
  readonly body: string;
  readonly rawTrailers: readonly string[];
  /** Whether the connection can be used again; null where that is not known. */
  readonly keepsAlive: boolean | null;
  /** False when it broke off or was malformed. */
  readonly whole: boolean;
}

/** The requests that node's strict parser finds in a client's bytes, up to where it stops reading. */
export async function requestsByNode(bytes: Buffer): Promise<Parsed[]> {
  const found: Promise<Parsed>[] = [];
  const server = createServer({ requireHostHeader: false });
  const take = (incoming: IncomingMessage, response: unknown): void => {
    const line = `${incoming.method} ${incoming.url} ${incoming.httpVersion}`;
    const keepsAlive = response instanceof ServerResponse ? response.shouldKeepAlive : null;
    found.push(collected(incoming, line, keepsAlive));
  };
  server.on('request', take).on('checkContinue', take).on('checkExpectation', take);
  server.on('upgrade', take).on('connect', take);
  server.on('clientError', (_error, socket) => socket.destroy());
  const socket = inMemory();
  server.emit('connection', socket);
  await feed(socket, bytes);
  return Promise.all(found);
}

/** The response that node's client finds in a server's bytes, to a request with this method; null for none. */
export async function responseByNode(method: string, bytes: Buffer): Promise<Parsed | null> {
  const socket = inMemory();
  const outgoing = httpRequest({ method, createConnection: () => socket });
  const response = new Promise<Parsed | null>((resolve) => {
    outgoing.on('error', () => resolve(null));
    outgoing.on('upgrade', () => resolve(null));
    outgoing.on('response', (incoming) => {
      const line = `${incoming.httpVersion} ${incoming.statusCode} ${incoming.statusMessage}`;
      resolve(collected(incoming, line));
    });
  });
  outgoing.end();
  await new Promise((resolve) => setImmediate(resolve));
  await feed(socket, bytes);
  return response;
}

// Private

function inMemory(): Duplex {
  return new Duplex({
    read() {},
    write(_chunk, _encoding, done) {
      done();
    },
  });
}

/** Resolves when all bytes and the end have been read or rejected. */
async function feed(socket: Duplex, bytes: Buffer): Promise<void> {
  const closed = once(socket, 'close');
  socket.push(bytes);
  socket.push(null);
  await new Promise((resolve) => setImmediate(resolve));
  socket.end();
  await new Promise((resolve) => setImmediate(resolve));
  socket.destroy();
  await closed;
}

async function collected(
  incoming: IncomingMessage,
  startLine: string,
  keepsAlive: boolean | null = null,
): Promise<Parsed> {
  const { rawHeaders } = incoming;
  let body = '';
  const whole = await new Promise<boolean>((resolve) => {
    incoming.on('data', (chunk: Buffer) => {
      body += chunk.toString('latin1');
    });
    incoming.on('error', () => resolve(false));
    incoming.on('end', () => resolve(incoming.complete));
    incoming.on('close', () => resolve(incoming.complete));
  });
  const { rawTrailers } = incoming;
  return { startLine, rawHeaders, body, rawTrailers, whole, keepsAlive };
}
