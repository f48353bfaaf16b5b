import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { type FlatHeaders, pairsOf } from '../../model/headers.ts';
import type { HeaderBlock } from '../http/headers.ts';
import type { UserRequest, UserResponse } from './types.ts';

const CONTINUE = 100;
/** Belongs to an HTTP/1.1 connection; other such headers have been removed before. */
const CONNECTION = 'connection';

/** Headers that node sends only once, and that must not be repeated (RFC 9110 section 5.3). */
const SINGLE: ReadonlySet<string> = new Set(
  [
    'access-control-allow-credentials access-control-max-age age content-encoding content-language',
    'content-length content-location content-md5 content-range content-type date dnt etag expires host',
    'last-modified location retry-after tk user-agent x-content-type-options',
  ].flatMap((names) => names.split(' ')),
);

/** The request side of an HTTP/2 stream. */
export class Http2Request implements UserRequest {
  readonly httpVersionMinor = 1;
  rawTrailers: FlatHeaders = [];
  private readonly stream: ServerHttp2Stream;

  constructor(stream: ServerHttp2Stream) {
    this.stream = stream;
    stream.once('trailers', (_fields: unknown, ...rest: unknown[]) => {
      this.rawTrailers = rest[1] as FlatHeaders;
    });
  }

  get complete(): boolean {
    return this.stream.readableEnded;
  }

  isPaused(): boolean {
    return this.stream.isPaused();
  }

  pause(): void {
    this.stream.pause();
  }

  resume(): void {
    this.stream.resume();
  }

  destroy(): void {
    this.stream.close(constants.NGHTTP2_CANCEL);
  }

  on(event: 'data' | 'end' | 'error', listener: (...values: never[]) => void): void {
    this.stream.on(event, listener as (...values: unknown[]) => void);
  }

  once(event: 'close', listener: () => void): void {
    this.stream.once(event, listener);
  }
}

/** The response side of an HTTP/2 stream: the head is sent with the first bytes of the body. */
export class Http2Response implements UserResponse {
  sendDate = false;
  chunkedEncoding = false;
  private readonly stream: ServerHttp2Stream;
  private head: OutgoingHttpHeaders | null = null;
  private trailers: OutgoingHttpHeaders = {};

  constructor(stream: ServerHttp2Stream) {
    this.stream = stream;
  }

  writeContinue(): void {
    this.inform({ ':status': CONTINUE });
  }

  writeInterim(status: number, _reason: string, headers: FlatHeaders): void {
    this.inform({ ...fieldsOf(headers), ':status': status });
  }

  /** HTTP/2 has no reason phrase. */
  begin(status: number, _reason: string, { flat }: HeaderBlock): void {
    this.head = { ...fieldsOf(flat), ':status': status };
    this.chunkedEncoding = this.head['content-length'] === undefined;
  }

  flushHeaders(): void {
    this.respond(false);
  }

  write(chunk: Buffer): boolean {
    this.respond(false);
    return this.stream.write(chunk);
  }

  addTrailers(trailers: [string, string][]): void {
    this.trailers = fieldsOf(trailers.flat());
  }

  end(body?: Buffer | string, encoding?: 'latin1'): void {
    const { stream } = this;
    const isEmpty = body === undefined || body.length === 0;
    if (isEmpty && this.head !== null && Object.keys(this.trailers).length === 0) {
      this.respond(true);
    } else {
      this.respond(false);
      if (isEmpty) stream.end();
      else stream.end(typeof body === 'string' ? Buffer.from(body, encoding) : body);
    }
    // A client that has its response need not send the rest (RFC 9113 section 8.1).
    const stopReading = (): void => {
      if (stream.readableEnded || stream.endAfterHeaders) return;
      stream.close(constants.NGHTTP2_NO_ERROR);
    };
    if (stream.writableFinished) stopReading();
    else stream.once('finish', stopReading);
  }

  destroy(): void {
    this.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  }

  once(event: 'drain', listener: () => void): void {
    this.stream.once(event, listener);
  }

  // Private

  private inform(headers: OutgoingHttpHeaders): void {
    const { stream } = this;
    if (!stream.headersSent && !stream.destroyed && !stream.closed) {
      stream.additionalHeaders(headers);
    }
  }

  private respond(endStream: boolean): void {
    const { stream, head } = this;
    if (head === null || stream.destroyed || stream.closed) return;
    this.head = null;
    const waitForTrailers = !endStream && this.chunkedEncoding;
    if (waitForTrailers) stream.once('wantTrailers', () => stream.sendTrailers(this.trailers));
    const options = { endStream, waitForTrailers, sendDate: false };
    stream.respond(head, options);
  }
}

// Private

function fieldsOf(flat: FlatHeaders): OutgoingHttpHeaders {
  const fields: Record<string, string[] | string> = Object.create(null) as Record<string, string>;
  for (const [sentName, value] of pairsOf(flat)) {
    const name = sentName.toLowerCase();
    if (name === CONNECTION) continue;
    const before = fields[name];
    if (before === undefined) fields[name] = value;
    else if (!SINGLE.has(name)) fields[name] = [before, value].flat();
  }
  return fields;
}
