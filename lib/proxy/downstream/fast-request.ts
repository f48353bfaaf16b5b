import type { Peer } from '../http/forwarded.ts';
import { HEADER_LINES, splitHeaders } from '../http/headers.ts';
import { LastSeen } from '../http/last-seen.ts';
import { RequestHead, rejectionOf, requestIdOf } from '../http/request-head.ts';
import { type HeadRules, RequestHeaders } from '../http/request-headers.ts';
import type { UserRequest } from './types.ts';

const REQUEST_LINE = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (\/[\x21-\x7e]*) HTTP\/1\.1\r\n$/;
const FIELDS = new RegExp(`^${HEADER_LINES}$`);
const CR = 0x0d;
const LINE_END = '\r\n';
const HEAD_END = '\r\n\r\n';
/** Nothing is asked of the connection but to stay or to go. */
const CONNECTION = /^(?:keep-alive|close)?$/i;
const EMPTY_LINES = /^(?:\r\n)+$/;
const EMPTY_LINES_MAX_BYTES = 16;
const NO_TRAILERS: readonly string[] = [];

/** A plain request with its body. */
export interface FastHead {
  readonly head: RequestHead;
  readonly request: FastRequest;
  readonly closes: boolean;
}

/**
 * Reads what comes on one connection as plain requests: of HTTP/1.1, a common method, an ordinary target and
 * nothing unusual in their headers, with a body of known length or none, all of it there and nothing behind it.
 * A client says much the same with each of its requests, so the headers of the last one are remembered.
 */
export class FastReader {
  private readonly peer: Peer;
  private readonly rules: HeadRules;
  private readonly maxHeadBytes: number;
  private readonly known = new LastSeen<RequestHeaders>();

  constructor(peer: Peer, rules: HeadRules, maxHeadBytes: number) {
    this.peer = peer;
    this.rules = rules;
    this.maxHeadBytes = maxHeadBytes;
  }

  /** Null for everything but one plain request, right or wrong: node's parser decides about that. */
  read(bytes: Buffer): FastHead | null {
    const lineEnd = bytes.indexOf(CR);
    if (lineEnd < 0) return null;
    const fieldsAt = lineEnd + LINE_END.length;
    const line = REQUEST_LINE.exec(bytes.toString('latin1', 0, fieldsAt));
    if (line === null) return null;
    const [, method = '', url = ''] = line;
    const known = this.known.find(bytes, fieldsAt);
    const bodyAt = known === null ? headLength(bytes, lineEnd) : fieldsAt + this.known.length;
    if (bodyAt < 0 || bodyAt > this.maxHeadBytes) return null;
    const fields = known ?? this.readFields(bytes, fieldsAt, bodyAt);
    if (fields === null || fields.bodyBytes !== bytes.length - bodyAt) return null;
    const requestId = requestIdOf(fields, this.rules);
    return {
      head: new RequestHead(method, url, fields, requestId, null),
      request: fields.bodyBytes === 0 ? WITHOUT_BODY : new FastRequest(bytes.subarray(bodyAt)),
      closes: fields.connection.length === 'close'.length,
    };
  }

  // Private

  /** Those between the two places, and the empty line behind them. */
  private readFields(bytes: Buffer, start: number, end: number): RequestHeaders | null {
    const lines = bytes.toString('latin1', start, end - LINE_END.length);
    if (!FIELDS.test(lines)) return null;
    const fields = new RequestHeaders(splitHeaders(lines, 0), this.peer, this.rules, null);
    const isFast =
      fields.upgrade === '' &&
      fields.expectation === '' &&
      CONNECTION.test(fields.connection) &&
      rejectionOf(fields, this.rules, 1) === null;
    if (!isFast) return null;
    this.known.keep(bytes, start, end, fields);
    return fields;
  }
}

/** Some clients end a body with an empty line too many; servers are to overlook it (RFC 9112 section 2.2). */
export function isOverlooked(bytes: Buffer): boolean {
  return bytes.length <= EMPTY_LINES_MAX_BYTES && EMPTY_LINES.test(bytes.toString('latin1'));
}

/** A request that has come as a whole: there is nothing to wait for. */
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

// Private

/** Negative when the head does not end. `lineEnd` is the end of its first line. */
function headLength(bytes: Buffer, lineEnd: number): number {
  const end = bytes.indexOf(HEAD_END, lineEnd, 'latin1');
  return end < 0 ? end : end + HEAD_END.length;
}
