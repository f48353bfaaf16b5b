import type { Peer } from './forwarded.ts';
import { FIELD_LINES, splitFields } from './field-lines.ts';
import { type HeadRules, type RequestHead, readRequestHead } from './request-head.ts';
import type { UserRequest } from './user-side.ts';

const PATTERN = new RegExp(
  `^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (/[\\x21-\\x7e]*) HTTP/1\\.1\\r\\n${FIELD_LINES}$`,
);
const LINE_END = '\r\n';
const HEAD_END = '\r\n\r\n';
/** Nothing is asked of the connection but to stay or to go. */
const CONNECTION = /^(?:keep-alive|close)?$/i;
const EMPTY_LINES = /^(?:\r\n)+$/;
const EMPTY_LINES_MAX_BYTES = 16;
const NO_TRAILERS: readonly string[] = [];

/** A plain request with its body. */
export interface Plain {
  readonly head: RequestHead;
  readonly request: PlainRequest;
  readonly closes: boolean;
}

/**
 * Reads what has come on a connection as one plain request: of HTTP/1.1, a common method, an ordinary target and
 * nothing unusual in its head, with a body of known length or none, all of it there and nothing behind it.
 * Null for everything else, right or wrong: node's parser decides about that.
 */
export function readPlainRequest(
  bytes: Buffer,
  maxHeadBytes: number,
  peer: Peer,
  rules: HeadRules,
): Plain | null {
  const headEnd = bytes.indexOf(HEAD_END, 0, 'latin1');
  if (headEnd < 0 || headEnd > maxHeadBytes) return null;
  const bodyAt = headEnd + HEAD_END.length;
  const text = bytes.toString('latin1', 0, headEnd + LINE_END.length);
  const match = PATTERN.exec(text);
  if (match === null) return null;
  const [, method = '', url = ''] = match;
  const rawHeaders = splitFields(text, text.indexOf(LINE_END) + LINE_END.length);
  const raw = { method, url, rawHeaders, httpVersionMajor: 1, httpVersionMinor: 1 };
  const head = readRequestHead(raw, peer, rules);
  const isPlain =
    head.refusal === null &&
    head.upgrade === '' &&
    head.expectation === '' &&
    head.bodyBytes === bytes.length - bodyAt &&
    CONNECTION.test(head.connection);
  if (!isPlain) return null;
  return {
    head,
    request: head.bodyBytes === 0 ? WITHOUT_BODY : new PlainRequest(bytes.subarray(bodyAt)),
    closes: head.connection.length === 'close'.length,
  };
}

/** Some clients end a body with an empty line too many; servers are to overlook it (RFC 9112 section 2.2). */
export function isOverlooked(bytes: Buffer): boolean {
  return bytes.length <= EMPTY_LINES_MAX_BYTES && EMPTY_LINES.test(bytes.toString('latin1'));
}

/** A request that has come as a whole: there is nothing to wait for. */
export class PlainRequest implements UserRequest {
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

const WITHOUT_BODY = new PlainRequest(Buffer.alloc(0));
