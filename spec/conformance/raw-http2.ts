import { connect, type TLSSocket } from 'node:tls';
import { frame, headersFrame } from '../support/raw-frames.ts';
import type { Field } from './message.ts';

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const FRAME_HEAD_BYTES = 9;
const DATA = 0;
const HEADERS = 1;
const RESET = 3;
const SETTINGS = 4;
const GOAWAY = 7;
const ACK = 1;
const END_STREAM = 1;
const STREAM = 1;
/** `:status` in HPACK's static table, which every encoder uses. */
const STATUS: Readonly<Record<number, string>> = { 0x88: '200', 0x8c: '400' };
const LIMIT_MS = 4000;

const GET: readonly Field[] = [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':path', '/'],
  [':authority', 'a'],
];
const POST: readonly Field[] = [[':method', 'POST'], ...GET.slice(1)];
const INSIDE = 'GET /inside HTTP/1.1\r\nHost: a\r\n\r\n';

/** Requests that would turn into others when written as HTTP/1.1. */
export const SMUGGLED: readonly (readonly [string, readonly Field[], string | null])[] = [
  ['Transfer-Encoding', [...POST, ['transfer-encoding', 'chunked']], `0\r\n\r\n${INSIDE}`],
  ['Connection', [...GET, ['connection', 'x-trap']], null],
  ['a length shorter than the body', [...POST, ['content-length', '0']], INSIDE],
  ['a length longer than the body', [...POST, ['content-length', '99']], 'short'],
  ['two lengths', [...POST, ['content-length', '5'], ['content-length', '6']], 'hello'],
  ['an invalid length', [...POST, ['content-length', '5x']], 'hello'],
  ['left out: a line end in a value', [...GET, ['x-a', `1\r\n\r\n${INSIDE}`]], null],
  ['left out: a line end in a name', [...GET, ['x-a: 1\r\nx-b', '1']], null],
  ['left out: a NUL in a value', [...GET, ['x-a', 'a\0b']], null],
  ['left out: a space in a name', [...GET, ['x a', '1']], null],
  ['left out: a colon in a name', [...GET, ['x:a', '1']], null],
  ['a name in capitals', [...GET, ['X-A', '1']], null],
  ['a line end in the path', replaced(':path', `/ HTTP/1.1\r\nHost: a\r\n\r\n${INSIDE}`), null],
  ['a space in the path', replaced(':path', '/ HTTP/1.1'), null],
  ['a path without a slash', replaced(':path', 'inside'), null],
  ['no path', GET.filter(([name]) => name !== ':path'), null],
  [
    'a line end in the method',
    replaced(':method', 'GET /inside HTTP/1.1\r\nA: b\r\n\r\nGET'),
    null,
  ],
  ['a space in the method', replaced(':method', 'GET /inside'), null],
  ['a line end in the authority', replaced(':authority', 'a\r\nX-B: 1'), null],
  ['a user in the authority', replaced(':authority', 'u@a'), null],
  ['two paths', [...GET, [':path', '/2']], null],
  ['a pseudo-header after a header', [...GET.slice(0, 3), ['x-a', '1'], [':authority', 'a']], null],
  ['Host and another Host', [...GET.slice(0, 3), ['host', 'a'], ['host', 'b']], null],
];

export type RawOutcome = '200' | '400' | 'reset' | 'goaway' | 'other';

/** An HTTP/2 client that sends any headers unchecked, one request per connection. */
export class RawHttp2 {
  private readonly socket: TLSSocket;

  private constructor(socket: TLSSocket) {
    this.socket = socket;
  }

  static open(port: number): Promise<RawHttp2> {
    return new Promise((resolve, reject) => {
      const options = { port, host: '127.0.0.1', ALPNProtocols: ['h2'], rejectUnauthorized: false };
      const socket = connect(options, () => resolve(new RawHttp2(socket)));
      socket.on('error', reject);
    });
  }

  /** Sends a request, with a body if there is `data`, and returns how it ends. */
  ask(fields: readonly Field[], data: string | null): Promise<RawOutcome> {
    const { socket } = this;
    socket.write(PREFACE);
    socket.write(frame(SETTINGS, 0, 0, Buffer.alloc(0)));
    socket.write(headersFrame(STREAM, fields, data === null));
    if (data !== null) socket.write(frame(DATA, END_STREAM, STREAM, Buffer.from(data, 'latin1')));
    return new Promise((resolve, reject) => {
      let bytes = Buffer.alloc(0);
      const timer = setTimeout(() => reject(new Error('no response over HTTP/2')), LIMIT_MS);
      const done = (outcome: RawOutcome): void => {
        clearTimeout(timer);
        resolve(outcome);
      };
      socket.on('data', (chunk: Buffer) => {
        bytes = Buffer.concat([bytes, chunk]);
        for (;;) {
          const length = bytes.length < FRAME_HEAD_BYTES ? Infinity : bytes.readUIntBE(0, 3);
          if (bytes.length < FRAME_HEAD_BYTES + length) return;
          const outcome = this.outcomeOf(bytes.subarray(0, FRAME_HEAD_BYTES + length));
          bytes = bytes.subarray(FRAME_HEAD_BYTES + length);
          if (outcome !== null) return done(outcome);
        }
      });
      socket.on('close', () => done('goaway'));
    });
  }

  close(): void {
    this.socket.destroy();
  }

  // Private

  private outcomeOf(bytes: Buffer): RawOutcome | null {
    const type = bytes[3];
    if (type === HEADERS) return (STATUS[bytes[FRAME_HEAD_BYTES] ?? 0] ?? 'other') as RawOutcome;
    if (type === RESET) return 'reset';
    if (type === GOAWAY) return 'goaway';
    if (type === SETTINGS && bytes[4] !== ACK) {
      this.socket.write(frame(SETTINGS, ACK, 0, Buffer.alloc(0)));
    }
    return null;
  }
}

// Private

function replaced(name: string, value: string): Field[] {
  return GET.map((field) => (field[0] === name ? [name, value] : field));
}
