import type { Socket } from 'node:net';
import { codeOf, ViliError } from '../../errors.ts';
import { type FlatHeaders, withStatusTrailer } from '../../model/headers.ts';
import {
  isBodiless,
  type ResponseHead,
  UNKNOWN_LENGTH,
} from '../../proxy/http/response-headers.ts';
import { ResponseReader } from '../../proxy/http/response-reader.ts';

const MS_PER_S = 1000;
const NOTHING = Buffer.alloc(0);

/**
 * A connection to a version whose responses are read as users' connections read them: with the same reader and the
 * same limits, so that equal bytes have equal outcomes. undici only gets the reader's result, in the plainest form
 * of HTTP/1.1: a status, the framing, and the body.
 */
export class TestingSocket {
  readonly socket: Socket;
  /** The end-to-end headers of the latest response, once it is complete with the status that gRPC tells in a trailer. */
  headers: FlatHeaders = [];
  /** The connection cannot be used for another request. */
  isSpent = false;
  private reader: ResponseReader | null = null;
  private method = '';
  /** A response is being read; anything else that arrives is undici's to reject. */
  private expecting = false;
  private isChunked = false;
  private plain: Buffer[] = [];

  /** Takes over how a connected socket, plain or TLS, is read and destroyed, before undici gets it. */
  constructor(socket: Socket) {
    this.socket = socket;
    const readRaw = socket.read.bind(socket) as (size?: number) => Buffer | null;
    socket.read = (size?: number): Buffer | null => this.read(readRaw, size);
    const destroyRaw = socket._destroy.bind(socket);
    socket._destroy = (error, callback) => destroyRaw(withoutReset(error), callback);
    // Before undici hears of the end.
    socket.once('end', () => this.finish());
  }

  /** A request is being sent: what comes next is the head of a response. */
  expectHead(method: string, maxHeadBytes: number): void {
    this.reader ??= this.createReader(maxHeadBytes);
    this.reader.expect({ method, upgrade: '' });
    this.method = method;
    this.expecting = true;
  }

  // Private

  private read(readRaw: (size?: number) => Buffer | null, size?: number): Buffer | null {
    for (;;) {
      const chunk = readRaw(size);
      if (chunk === null || chunk.length === 0 || !this.expecting) return chunk;
      const plain = this.inPlainForm(chunk);
      if (plain === null || plain.length !== 0) return plain;
    }
  }

  private createReader(maxHeadBytes: number): ResponseReader {
    return new ResponseReader(maxHeadBytes, {
      interim: () => {},
      head: (status, _reason, head) => this.began(status, head),
      data: (piece) => this.add(piece),
      complete: (trailers) => this.completed(trailers),
      // Never called: no copy asks for another protocol.
      upgraded: () => {},
    });
  }

  /** Null when the bytes are not a response. */
  private inPlainForm(chunk: Buffer): Buffer | null {
    this.plain = [];
    try {
      this.reader?.read(chunk);
    } catch (error) {
      this.socket.destroy(error as Error);
      return null;
    }
    const [only = NOTHING] = this.plain;
    return this.plain.length < 2 ? only : Buffer.concat(this.plain);
  }

  private began(status: number, head: ResponseHead): void {
    const { contentLength, chunked, idleMs } = head;
    const isEmpty = isBodiless(this.method, status) || contentLength === 0;
    this.headers = head.fields.flat;
    this.isChunked = !isEmpty && chunked;
    const framing = isEmpty
      ? 'Content-Length: 0'
      : chunked
        ? 'Transfer-Encoding: chunked'
        : contentLength === UNKNOWN_LENGTH
          ? 'Connection: close'
          : `Content-Length: ${contentLength}`;
    const keep = idleMs === null ? '' : `Keep-Alive: timeout=${Math.floor(idleMs / MS_PER_S)}\r\n`;
    this.plain.push(Buffer.from(`HTTP/1.1 ${status} \r\n${keep}${framing}\r\n\r\n`, 'latin1'));
  }

  private add(piece: Buffer): void {
    if (piece.length === 0) return;
    if (!this.isChunked) this.plain.push(piece);
    else
      this.plain.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'));
  }

  private completed(trailers: FlatHeaders): void {
    this.headers = withStatusTrailer(this.headers, trailers);
    this.expecting = false;
    this.isSpent = this.reader?.keepsConnection !== true;
    if (this.isChunked) this.plain.push(Buffer.from('0\r\n\r\n'));
  }

  private finish(): void {
    if (!this.expecting) return;
    try {
      this.reader?.ended();
    } catch (error) {
      this.socket.destroy(error as Error);
    }
  }
}

/** For undici, a reset completes a response that ends with its connection; for users it breaks it. */
function withoutReset(error: Error | null): Error | null {
  if (codeOf(error) !== 'ECONNRESET') return error;
  const text = 'the version has reset the connection';
  return new ViliError('VILI_MIRROR_RESET', text, { cause: error });
}
