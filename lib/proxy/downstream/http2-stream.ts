import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { type FlatHeaders, HOP_BY_HOP, pairsOf } from '../../model/headers.ts';
import type { HeaderBlock } from '../http/headers.ts';
import { contained } from '../io/contained.ts';
import type { UserRequest, UserResponse } from './types.ts';

const CONTINUE = 100;
/** It announces trailers in HTTP/2 too. */
const TRAILER = 'trailer';
/** From so many frames that wait for the connection on, its client does not read. */
const UNSENT_MAX = 16;
/** A response without a body, whatever running sends after it (RFC 9110 section 15.3.6). */
const RESET_CONTENT = 205;
/** Clients take a length next to it for a malformed response (RFC 9110 section 8.6). */
const NO_CONTENT = 204;

/** Headers that must not be repeated (RFC 9110 section 5.3): node throws for a second one. */
const SINGLE: ReadonlySet<string> = new Set(
  [
    'access-control-allow-credentials access-control-max-age access-control-request-method age authorization',
    'content-encoding content-language content-length content-location content-md5 content-range content-type',
    'date dnt etag expires from host if-match if-modified-since if-none-match if-range if-unmodified-since',
    'last-modified location max-forwards proxy-authorization range referer retry-after tk',
    'upgrade-insecure-requests user-agent x-content-type-options',
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
  private readonly onThrow: (error: unknown) => void;
  /** The proxy has ended the response, or broken it off. */
  isOver = false;
  private isBodiless = false;
  private head: OutgoingHttpHeaders | null = null;
  private trailers: OutgoingHttpHeaders = {};

  /** `onThrow`: the trailers could not be sent. */
  constructor(stream: ServerHttp2Stream, onThrow: (error: unknown) => void) {
    this.stream = stream;
    this.onThrow = onThrow;
  }

  writeContinue(): void {
    this.inform({ ':status': CONTINUE });
  }

  writeInterim(status: number, _reason: string, headers: FlatHeaders): void {
    const unsent = this.stream.session?.state.outboundQueueSize ?? 0;
    if (unsent < UNSENT_MAX) this.inform({ ...fieldsOf(headers), ':status': status });
  }

  /** HTTP/2 has no reason phrase. */
  begin(status: number, _reason: string, { flat }: HeaderBlock): void {
    this.head = { ...fieldsOf(flat), ':status': status };
    this.isBodiless = status === RESET_CONTENT;
    if (this.isBodiless || status === NO_CONTENT) delete this.head['content-length'];
    this.chunkedEncoding = this.head['content-length'] === undefined;
  }

  flushHeaders(): void {
    this.respond(false);
  }

  write(chunk: Buffer): boolean {
    this.respond(false);
    return this.isBodiless || this.stream.write(chunk);
  }

  addTrailers(trailers: [string, string][]): void {
    this.trailers = fieldsOf(trailers.flat());
  }

  end(body?: Buffer | string, encoding?: 'latin1'): void {
    const { stream } = this;
    this.isOver = true;
    const isEmpty = this.isBodiless || body === undefined || body.length === 0;
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
    this.isOver = true;
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
    if (waitForTrailers) {
      const sendTrailers = contained(() => stream.sendTrailers(this.trailers), this.onThrow);
      stream.once('wantTrailers', sendTrailers);
    }
    const options = { endStream, waitForTrailers, sendDate: false };
    stream.respond(head, options);
  }
}

// Private

function fieldsOf(flat: FlatHeaders): OutgoingHttpHeaders {
  const fields: Record<string, string[] | string> = Object.create(null) as Record<string, string>;
  for (const [sentName, value] of pairsOf(flat)) {
    const name = sentName.toLowerCase();
    // The proxy's own; running's have been removed.
    if (HOP_BY_HOP.has(name) && name !== TRAILER) continue;
    const before = fields[name];
    if (before === undefined) fields[name] = value;
    else if (SINGLE.has(name)) continue;
    else if (Array.isArray(before)) before.push(value);
    else fields[name] = [before, value];
  }
  return fields;
}
