import { FIELD_LINES, splitFields } from './headers.ts';
import { type ResponseHead, readResponseHead } from './response-headers.ts';

const PATTERN = new RegExp(
  `^HTTP/1\\.([01]) ([1-9][0-9]{2})(?: ([\\t\\x20-\\x7e\\x80-\\xff]*))?\\r\\n${FIELD_LINES}$`,
);
const START = 'HTTP/1.';
const LINE_END = '\r\n';

/** The head of an answer as running wrote it; bytes are Latin-1. */
export class RawResponseHead {
  /** 0 for HTTP/1.0, else 1. */
  readonly minor: number;
  readonly status: number;
  readonly reason: string;
  /** Flat, in order and case as received. */
  readonly fields: readonly string[];
  private response: ResponseHead | null = null;

  constructor(minor: number, status: number, reason: string, fields: readonly string[]) {
    this.minor = minor;
    this.status = status;
    this.reason = reason;
    this.fields = fields;
  }

  /** What its fields mean; found out once. */
  get meaning(): ResponseHead {
    this.response ??= readResponseHead(this.fields);
    return this.response;
  }
}

/**
 * Reads a head (RFC 9112 section 4), without the empty line that ends it. Null when it is not one: what this
 * lets through, llhttp lets through as well.
 */
export function readRawResponseHead(text: string): RawResponseHead | null {
  const match = PATTERN.exec(text);
  if (match === null) return null;
  return new RawResponseHead(
    match[1] === '0' ? 0 : 1,
    Number(match[2]),
    match[3] ?? '',
    splitFields(text, text.indexOf(LINE_END) + LINE_END.length),
  );
}

/** Whether bytes that may be the beginning of a head are none. */
export function isNoHead(bytes: Buffer): boolean {
  return !START.startsWith(bytes.toString('latin1', 0, START.length));
}
