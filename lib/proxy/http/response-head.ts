import { ViliError } from '../../errors.ts';
import type { FlatHeaders } from '../../model/headers.ts';
import { HEADER_LINES, LINE_END, splitHeaders } from './headers.ts';
import { type ResponseHead, readResponseHead } from './response-headers.ts';

const PATTERN = new RegExp(
  `^HTTP/1\\.([01]) ([1-5][0-9]{2})(?: ([\\t\\x20-\\x7e\\x80-\\xff]*))?\\r\\n${HEADER_LINES}$`,
);
const START = 'HTTP/1.';

/** A response of running that cannot be forwarded. */
export class BadResponseError extends ViliError {
  constructor(message: string) {
    super('VILI_GATE_ANSWER', message);
  }
}

/** The head of a response as running wrote it; bytes are Latin-1. */
export class RawResponseHead {
  /** 0 for HTTP/1.0, else 1. */
  readonly minor: number;
  readonly status: number;
  readonly reason: string;
  readonly fields: FlatHeaders;
  private response: ResponseHead | null = null;

  constructor(minor: number, status: number, reason: string, fields: FlatHeaders) {
    this.minor = minor;
    this.status = status;
    this.reason = reason;
    this.fields = fields;
  }

  /** What the headers mean; read once. */
  get meaning(): ResponseHead {
    this.response ??= readResponseHead(this.fields);
    return this.response;
  }
}

/**
 * Reads a head (RFC 9112 section 4), without the empty line that ends it. Null when it is malformed. Node's parser
 * accepts whatever this accepts, except a tab at the end of a value that it reads itself, which RFC 9112 allows.
 */
export function readRawResponseHead(text: string): RawResponseHead | null {
  const match = PATTERN.exec(text);
  if (match === null) return null;
  const [, minor, status, reason = ''] = match;
  const headers = splitHeaders(text, text.indexOf(LINE_END) + LINE_END.length);
  return new RawResponseHead(minor === '0' ? 0 : 1, Number(status), reason, headers);
}

/** Throws BadResponseError when no head begins with these bytes. */
export function assertHeadBegins(bytes: Buffer): void {
  if (START.startsWith(bytes.toString('latin1', 0, START.length))) return;
  throw new BadResponseError('the response is not HTTP');
}
