import { connect as connectPlain, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { cancelFrame, getFrame, openFrames } from '../../support/raw-frames.ts';
import { LARGE_PATH, MEDIUM_PATH, SMALL_PATH } from './paths.ts';

export interface CrowdOptions {
  readonly port: number;
  readonly pipelining: number;
  readonly closedWindows: number;
  readonly slow: number;
  /** New slow clients per second, until all are there; one that is disconnected comes again. */
  readonly slowPerSecond: number;
  readonly floods: number;
}

/** How many are connected, and what they have done since the start. */
export interface CrowdTold {
  readonly pipelining: number;
  readonly closedWindows: number;
  readonly slow: number;
  readonly disconnected: number;
  readonly cancelled: number;
}

const MIB = 1024 ** 2;
const GET = `GET ${SMALL_PATH} HTTP/1.1\r\nHost: a\r\n\r\n`;
const PIPELINED = Buffer.from(GET.repeat(Math.floor((5.5 * MIB) / GET.length)));
const PIECE_BYTES = 16_384;
const STREAMS = 250;
const FIRST_ADDRESS = 2;
const ADDRESSES = 8;
const SLOW_MS = 5000;
const AGAIN_MS = 1000;
const TICK_MS = 50;
const PAUSE_MS = 20;
const WINDOW_BYTES = 65_535;

/** Starts them all; they go on until the process ends. */
export function crowd(options: CrowdOptions): { told(): CrowdTold } {
  const { port } = options;
  const open = { pipelining: 0, closedWindows: 0, slow: 0 };
  let disconnected = 0;
  let cancelled = 0;
  let comers = 0;

  /** Keeps one client there: another one comes when it is disconnected. */
  const keep = (kind: keyof typeof open, start: () => Promise<Socket>): void => {
    const again = (): void => void setTimeout(() => keep(kind, start), AGAIN_MS);
    const began = (socket: Socket): void => {
      open[kind]++;
      socket.once('close', () => {
        open[kind]--;
        disconnected++;
        again();
      });
    };
    void start().then(began, again);
  };
  for (let at = 0; at < options.pipelining; at++) keep('pipelining', () => pipelining(port, at));
  for (let at = 0; at < options.closedWindows; at++)
    keep('closedWindows', () => closedWindow(port));
  const timer = setInterval(() => {
    const next = Math.min(
      options.slow,
      comers + Math.ceil((options.slowPerSecond * TICK_MS) / 1000),
    );
    for (; comers < next; comers++) {
      const number = comers;
      keep('slow', () => slow(port, number));
    }
    if (comers === options.slow) clearInterval(timer);
  }, TICK_MS);
  for (let at = 0; at < options.floods; at++) void flood(port, () => cancelled++);
  return { told: () => ({ ...open, disconnected, cancelled }) };
}

// Private

function openTls(port: number, number: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const localAddress = `127.0.0.${FIRST_ADDRESS + (number % ADDRESSES)}`;
    const plain = connectPlain({ port, host: '127.0.0.1', localAddress });
    plain.on('error', reject);
    const socket = connect({ socket: plain, rejectUnauthorized: false });
    socket.on('error', (error) => {
      socket.destroy();
      reject(error);
    });
    socket.once('close', () => reject(new Error('closed')));
    socket.once('secureConnect', () => resolve(socket));
  });
}

/** Sends 5.5 MB of requests ahead; every other one of them reads the responses. */
async function pipelining(port: number, number: number): Promise<Socket> {
  const socket = await openTls(port, number);
  if (number % 2 === 0) socket.resume();
  let at = 0;
  const more = (): void => {
    while (at < PIPELINED.length) {
      const from = at;
      at += PIECE_BYTES;
      if (!socket.write(PIPELINED.subarray(from, at))) return void socket.once('drain', more);
    }
    socket.end();
  };
  more();
  return socket;
}

/** Asks for as much as one connection may, and takes nothing of it. */
async function closedWindow(port: number): Promise<Socket> {
  const socket = await openFrames(port, 0);
  socket.resume();
  for (let stream = 1; stream < STREAMS * 2; stream += 2)
    socket.write(getFrame(stream, MEDIUM_PATH));
  return socket;
}

/** One of nine reads slowly, two send a body slowly, the others a head. */
async function slow(port: number, number: number): Promise<Socket> {
  const socket = await openTls(port, number);
  const kind = number % 9;
  const [first, more] =
    kind === 0
      ? [`GET ${LARGE_PATH} HTTP/1.1\r\nHost: a\r\n\r\n`, '']
      : kind < 3
        ? ['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n', 'x'.repeat(100)]
        : ['GET / HTTP/1.1\r\nHost: a\r\n', 'X-A: b\r\n'];
  socket.write(first);
  if (kind === 0) socket.once('readable', () => socket.read(1));
  else socket.resume();
  const timer = setInterval(() => (more === '' ? socket.read(1) : socket.write(more)), SLOW_MS);
  socket.once('close', () => clearInterval(timer));
  return socket;
}

/** Asks and cancels as fast as it is read, connection after connection. */
async function flood(port: number, onCancelled: () => void): Promise<void> {
  for (;;) {
    const socket = await openFrames(port, WINDOW_BYTES).catch(() => null);
    if (socket !== null) await cancelAll(socket, onCancelled);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

async function cancelAll(socket: TLSSocket, onCancelled: () => void): Promise<void> {
  socket.resume();
  socket.on('end', () => socket.end());
  for (let stream = 1; socket.writable && !socket.readableEnded; stream += 2) {
    const isTaken = socket.write(
      Buffer.concat([getFrame(stream, SMALL_PATH), cancelFrame(stream)]),
    );
    onCancelled();
    await new Promise((resolve) => {
      if (isTaken) setImmediate(resolve);
      else socket.once('drain', resolve).once('close', resolve);
    });
  }
  socket.destroy();
}
