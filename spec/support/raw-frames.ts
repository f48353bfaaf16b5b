import { connect, type TLSSocket } from 'node:tls';

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const FRAME_HEAD_BYTES = 9;
const DATA = 0;
const HEADERS = 1;
const RESET = 3;
const SETTINGS = 4;
const PING = 6;
const ACKNOWLEDGED = 1;
const END_STREAM = 1;
const END_HEADERS = 4;
const LENGTH_PREFIX = 127;
const CANCEL = 8;
const INITIAL_WINDOW_SIZE = 4;

/** A frame of HTTP/2 (RFC 9113 section 4.1). */
export function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(FRAME_HEAD_BYTES);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A length with a prefix of 7 bits (RFC 7541 section 5.1), and the text without Huffman. */
function text(it: string): Buffer {
  const prefix = Math.min(it.length, LENGTH_PREFIX);
  const bytes = [prefix];
  if (prefix === LENGTH_PREFIX) {
    let rest = it.length - LENGTH_PREFIX;
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
    bytes.push(rest);
  }
  return Buffer.concat([Buffer.from(bytes), Buffer.from(it, 'latin1')]);
}

/** Literal header fields without indexing and without Huffman (RFC 7541 section 6.2.2). */
function block(fields: readonly (readonly [string, string])[]): Buffer {
  const literals = fields.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]);
  return Buffer.concat(literals);
}

/** The frame of a head or of trailers, whatever their fields; `ends`: nothing follows on the stream. */
export function headersFrame(
  stream: number,
  fields: readonly (readonly [string, string])[],
  ends: boolean,
): Buffer {
  return frame(HEADERS, END_HEADERS + (ends ? END_STREAM : 0), stream, block(fields));
}

/** The frame of a GET request, which is its whole request. */
export function getFrame(stream: number, path: string): Buffer {
  const fields = [
    [':method', 'GET'],
    [':scheme', 'https'],
    [':path', path],
    [':authority', 'a'],
  ] as const;
  return headersFrame(stream, fields, true);
}

export function cancelFrame(stream: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(CANCEL);
  return frame(RESET, 0, stream, payload);
}

/** An HTTP/2 connection on which nothing is sent but what a spec sends, with this window for each response. */
export async function openFrames(port: number, windowBytes: number): Promise<TLSSocket> {
  const socket = connect({
    port,
    host: '127.0.0.1',
    ALPNProtocols: ['h2'],
    rejectUnauthorized: false,
  });
  socket.on('error', () => socket.destroy());
  await new Promise<void>((resolve) => socket.once('secureConnect', resolve));
  const settings = Buffer.alloc(6);
  settings.writeUInt16BE(INITIAL_WINDOW_SIZE);
  settings.writeUInt32BE(windowBytes, 2);
  socket.write(PREFACE);
  socket.write(frame(SETTINGS, 0, 0, settings));
  return socket;
}

/** The ends of the streams of an HTTP/2 connection that only reads. */
export class StreamEnds {
  readonly socket: TLSSocket;
  private readonly waiting = new Map<number, (how: string) => void>();
  private rest = Buffer.alloc(0);

  constructor(socket: TLSSocket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.on('close', () => {
      for (const stream of this.waiting.keys()) this.ended(stream, 'closed');
    });
  }

  /** Resolves with `done`, `reset`, or `closed` with the whole connection. */
  of(stream: number): Promise<string> {
    if (this.socket.destroyed) return Promise.resolve('closed');
    return new Promise((resolve) => this.waiting.set(stream, resolve));
  }

  // Private

  private read(chunk: Buffer): void {
    this.rest = Buffer.concat([this.rest, chunk]);
    while (this.rest.length >= FRAME_HEAD_BYTES) {
      const end = FRAME_HEAD_BYTES + this.rest.readUIntBE(0, 3);
      if (this.rest.length < end) return;
      this.received(this.rest.subarray(0, end));
      this.rest = this.rest.subarray(end);
    }
  }

  private received(all: Buffer): void {
    const [type, flags] = [all.readUInt8(3), all.readUInt8(4)];
    const stream = all.readUInt32BE(5);
    const isFirst = (flags & ACKNOWLEDGED) === 0;
    if (type === RESET) this.ended(stream, 'reset');
    else if (type === DATA || type === HEADERS) {
      if ((flags & END_STREAM) !== 0) this.ended(stream, 'done');
    } else if ((type === SETTINGS || type === PING) && isFirst) {
      const payload = type === PING ? all.subarray(FRAME_HEAD_BYTES) : Buffer.alloc(0);
      this.socket.write(frame(type, ACKNOWLEDGED, 0, payload));
    }
  }

  private ended(stream: number, how: string): void {
    this.waiting.get(stream)?.(how);
    this.waiting.delete(stream);
  }
}
