import type { Peer } from '../http/forwarded.ts';
import { HEAD_END, HEADER_LINES, LINE_END, splitHeaders, TAB_AT_END } from '../http/headers.ts';
import { LastSeen } from '../http/last-seen.ts';
import { RequestHead, rejectionOf, requestIdOf } from '../http/request-head.ts';
import { type HeadRules, RequestHeaders } from '../http/request-headers.ts';
import type { UserRequest } from './types.ts';

const REQUEST_LINE = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (\/[\x21-\x7e]*) HTTP\/1\.1\r\n$/;
const HEADERS = new RegExp(`^${HEADER_LINES}$`);
const CR = 0x0d;
/** `Connection` is absent, `keep-alive` or `close`. */
const CONNECTION = /^(?:keep-alive|close)?$/i;
const EMPTY_LINES = /^(?:\r\n)+$/;
const EMPTY_LINES_MAX_BYTES = 16;
const NO_TRAILERS: readonly string[] = [];

/** A fast request with its body. */
export interface FastHead {
  readonly head: RequestHead;
  readonly request: FastRequest;
  readonly closes: boolean;
}

/** A request that has arrived completely. */
export class FastRequest implements UserRequest {
  readonly httpVersionMinor = 1;
  readonly complete = true;
  readonly rawTrailers = NO_TRAILERS;
  readonly whole: Buffer;

  constructor(body: Buffer) {
    this.whole = body;
  }

  isPaused(): boolean {
    return false;
  }

  pause(): void {}

  resume(): void {}

  destroy(): void {}

  on(): void {}

  once(): void {}
}

const WITHOUT_BODY = new FastRequest(Buffer.alloc(0));

/**
 * Recognizes fast requests on one connection: HTTP/1.1, a common method, a target in origin form, only common
 * uses of headers, and a body of known length or none, completely there and followed by nothing. A client sends
 * nearly the same headers with all its requests, so the last ones are cached.
 */
export class FastReader {
  private readonly peer: Peer;
  private readonly rules: HeadRules;
  private readonly maxHeadBytes: number;
  private readonly lastHeaders = new LastSeen<RequestHeaders>();

  constructor(peer: Peer, rules: HeadRules, maxHeadBytes: number) {
    this.peer = peer;
    this.rules = rules;
    this.maxHeadBytes = maxHeadBytes;
  }

  /**
   * Null for anything but exactly one fast request, valid or not: node's parser decides about that. It accepts
   * what this accepts, and reads it alike.
   */
  read(bytes: Buffer): FastHead | null {
    const lineEnd = bytes.indexOf(CR);
    if (lineEnd < 0) return null;
    const headersAt = lineEnd + LINE_END.length;
    const line = REQUEST_LINE.exec(bytes.toString('latin1', 0, headersAt));
    if (line === null) return null;
    const [, method = '', url = ''] = line;
    const cached = this.lastHeaders.find(bytes, headersAt);
    const bodyAt =
      cached === null ? headLength(bytes, lineEnd) : headersAt + this.lastHeaders.length;
    if (bodyAt < 0 || bodyAt > this.maxHeadBytes) return null;
    const fields = cached ?? this.readHeaders(bytes, headersAt, bodyAt);
    if (fields === null || fields.bodyBytes !== bytes.length - bodyAt) return null;
    const requestId = requestIdOf(fields, this.rules);
    return {
      head: new RequestHead(method, url, fields, requestId, null),
      request: fields.bodyBytes === 0 ? WITHOUT_BODY : new FastRequest(bytes.subarray(bodyAt)),
      closes: fields.connection.length === 'close'.length,
    };
  }

  // Private

  /** Reads the header lines between the two positions, including the empty line that ends them. */
  private readHeaders(bytes: Buffer, start: number, end: number): RequestHeaders | null {
    const lines = bytes.toString('latin1', start, end - LINE_END.length);
    if (!HEADERS.test(lines) || TAB_AT_END.test(lines)) return null;
    const fields = new RequestHeaders(splitHeaders(lines, 0), this.peer, this.rules, null);
    const isFast =
      fields.upgrade === '' &&
      fields.expectation === '' &&
      CONNECTION.test(fields.connection) &&
      rejectionOf(fields, this.rules, 1) === null;
    if (!isFast) return null;
    this.lastHeaders.keep(bytes, start, end, fields);
    return fields;
  }
}

/** Some clients send an empty line after a body; servers should ignore it (RFC 9112 section 2.2). */
export function isStrayEmptyLine(bytes: Buffer): boolean {
  return bytes.length <= EMPTY_LINES_MAX_BYTES && EMPTY_LINES.test(bytes.toString('latin1'));
}

// Private

/** The length of the head, negative when it does not end. `lineEnd` is the end of its first line. */
function headLength(bytes: Buffer, lineEnd: number): number {
  const end = bytes.indexOf(HEAD_END, lineEnd, 'latin1');
  return end < 0 ? end : end + HEAD_END.length;
}
