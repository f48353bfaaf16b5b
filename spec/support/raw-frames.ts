import { connect, type TLSSocket } from 'node:tls';

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const FRAME_HEAD_BYTES = 9;
const HEADERS = 1;
const RESET = 3;
const SETTINGS = 4;
const END = 5;
const CANCEL = 8;
const INITIAL_WINDOW_SIZE = 4;

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(FRAME_HEAD_BYTES);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A literal header field without indexing and without Huffman (RFC 7541 section 6.2.2). */
function field(name: string, value: string): Buffer {
  const text = (it: string): Buffer =>
    Buffer.from(`${String.fromCharCode(it.length)}${it}`, 'latin1');
  return Buffer.concat([Buffer.from([0]), text(name), text(value)]);
}

/** The frame of a GET request, which is its whole request. */
export function getFrame(stream: number, path: string): Buffer {
  const fields = [
    field(':method', 'GET'),
    field(':scheme', 'https'),
    field(':path', path),
    field(':authority', 'a'),
  ];
  return frame(HEADERS, END, stream, Buffer.concat(fields));
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
