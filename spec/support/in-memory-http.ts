import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';

/** A message as node's own parser read it, bytes as Latin-1. */
export interface Parsed {
  readonly startLine: string;
  readonly rawHeaders: readonly string[];
  readonly body: string;
  readonly rawTrailers: readonly string[];
  /** False when it broke off or turned out to be malformed. */
  readonly whole: boolean;
}

/** The requests that node's strict parser finds in what a client says; broken off where it refuses to read on. */
export async function requestsByNode(bytes: Buffer): Promise<Parsed[]> {
  const found: Promise<Parsed>[] = [];
  const server = createServer({ requireHostHeader: false });
  const take = (incoming: IncomingMessage): void => {
    found.push(collected(incoming, `${incoming.method} ${incoming.url} ${incoming.httpVersion}`));
  };
  server.on('request', take).on('checkContinue', take).on('checkExpectation', take);
  server.on('upgrade', take).on('connect', take);
  server.on('clientError', (_error, socket) => socket.destroy());
  const socket = inMemory();
  server.emit('connection', socket);
  await say(socket, bytes);
  return Promise.all(found);
}

/** The answer that node's client finds in what a server says to a request with this method; null for none. */
export async function answerByNode(method: string, bytes: Buffer): Promise<Parsed | null> {
  const socket = inMemory();
  const outgoing = httpRequest({ method, createConnection: () => socket });
  const answered = new Promise<Parsed | null>((resolve) => {
    outgoing.on('error', () => resolve(null));
    outgoing.on('upgrade', () => resolve(null));
    outgoing.on('response', (incoming) => {
      const line = `${incoming.httpVersion} ${incoming.statusCode} ${incoming.statusMessage}`;
      resolve(collected(incoming, line));
    });
  });
  outgoing.end();
  await new Promise((resolve) => setImmediate(resolve));
  await say(socket, bytes);
  return answered;
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

/** Resolves when all of it, and the end, has been read or refused. */
async function say(socket: Duplex, bytes: Buffer): Promise<void> {
  const closed = once(socket, 'close');
  socket.push(bytes);
  socket.push(null);
  await new Promise((resolve) => setImmediate(resolve));
  socket.end();
  await new Promise((resolve) => setImmediate(resolve));
  socket.destroy();
  await closed;
}

async function collected(incoming: IncomingMessage, startLine: string): Promise<Parsed> {
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
  return { startLine, rawHeaders, body, rawTrailers: incoming.rawTrailers, whole };
}
