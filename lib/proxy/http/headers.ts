import type { FlatHeaders } from '../../model/headers.ts';

export const LINE_END = '\r\n';
export const HEAD_END = '\r\n\r\n';
const TOKEN_SOURCE = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
/** A method or the name of a header (RFC 9110 section 5.6.2). */
export const TOKEN = new RegExp(`^${TOKEN_SOURCE}$`);
/**
 * The source of a pattern for header lines as RFC 9110 section 5 and RFC 9112 section 5 allow them, each with
 * its line end: no white space before the colon, no folded line, no control character.
 */
export const HEADER_LINES = `(?:${TOKEN_SOURCE}:[\\t\\x20-\\x7e\\x80-\\xff]*\\r\\n)*`;
/** A tab at the end of a value: node rejects it behind `Content-Length`, and does not understand it elsewhere. */
export const TAB_AT_END = /\r(?<=\t *\r)/;
/** The value of a Content-Length that a number can represent exactly. */
export const CONTENT_LENGTH = /^[0-9]{1,15}$/;
const SPACE = 0x20;
const TAB = 0x09;

/**
 * Splits header lines that are known to match `HEADER_LINES`, from `start` to the end of the text, into a flat
 * array; white space around values is not part of them.
 */
export function splitHeaders(text: string, start: number): string[] {
  const headers: string[] = [];
  let at = start;
  while (at < text.length) {
    const colon = text.indexOf(':', at);
    const end = text.indexOf(LINE_END, colon);
    let from = colon + 1;
    let to = end;
    while (from < to && isBlank(text.charCodeAt(from))) from++;
    while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
    headers.push(text.slice(at, colon), text.slice(from, to));
    at = end + LINE_END.length;
  }
  return headers;
}

/** The header lines of a flat array. */
export function joinHeaders(headers: FlatHeaders): string {
  let lines = '';
  for (let index = 0; index < headers.length; index += 2) {
    lines += `${headers[index]}: ${headers[index + 1]}\r\n`;
  }
  return lines;
}

/** Joins the values of a repeated header as RFC 9110 section 5.3 does. */
export function joinValues(before: string, value: string): string {
  return before === '' ? value : `${before}, ${value}`;
}

/** Headers ready to be sent: flat, in order and case as received, and pre-rendered, for text writers. */
export class HeaderBlock {
  readonly flat: FlatHeaders;
  private text: string | null = null;
  private wasRendered = false;

  constructor(flat: FlatHeaders) {
    this.flat = flat;
  }

  /** Cached from the second rendering on, since most blocks are rendered once. */
  get lines(): string {
    if (this.text !== null) return this.text;
    const lines = joinHeaders(this.flat);
    // A concatenated string is a tree of pieces that each write has to walk; the cached one is flat.
    if (this.wasRendered) this.text = Buffer.from(lines, 'latin1').toString('latin1');
    this.wasRendered = true;
    return lines;
  }
}

/** The head of an interim response as written to a client. */
export function interimText(status: number, reason: string, headers: FlatHeaders): string {
  return `HTTP/1.1 ${status} ${reason}\r\n${joinHeaders(headers)}\r\n`;
}

// Private

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}
