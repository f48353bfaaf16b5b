/**
 * Header lines as RFC 9110 section 5 and RFC 9112 section 5 allow them, each with its end: no white space before
 * the colon, no folded line, no control character. To be used in larger patterns.
 */
export const FIELD_LINES = "(?:[!#$%&'*+\\-.^_`|~0-9A-Za-z]+:[\\t\\x20-\\x7e\\x80-\\xff]*\\r\\n)*";
const SPACE = 0x20;
const TAB = 0x09;
const LINE_END = '\r\n';

/**
 * Takes apart header lines that are known to match `FIELD_LINES`, from `start` to the end of the text, into a
 * flat array of names and values; white space around values is no part of them.
 */
export function splitFields(text: string, start: number): string[] {
  const fields: string[] = [];
  let at = start;
  while (at < text.length) {
    const colon = text.indexOf(':', at);
    const end = text.indexOf(LINE_END, colon);
    let from = colon + 1;
    let to = end;
    while (from < to && isBlank(text.charCodeAt(from))) from++;
    while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
    fields.push(text.slice(at, colon), text.slice(from, to));
    at = end + LINE_END.length;
  }
  return fields;
}

/** The other way: a flat array as header lines. */
export function joinFields(fields: readonly string[]): string {
  let lines = '';
  for (let index = 0; index < fields.length; index += 2) {
    lines += `${fields[index]}: ${fields[index + 1]}\r\n`;
  }
  return lines;
}

/** Headers as they are to be sent: flat, in order and case as received, and as lines for who writes text. */
export class Fields {
  readonly flat: readonly string[];
  private text: string | null = null;
  private wasAsked = false;

  constructor(flat: readonly string[]) {
    this.flat = flat;
  }

  /** Kept from the second time on, since most are asked for once. */
  get lines(): string {
    if (this.text !== null) return this.text;
    const lines = joinFields(this.flat);
    // In one piece: added up it is a tree of pieces, walked with each write that it is part of.
    if (this.wasAsked) this.text = Buffer.from(lines, 'latin1').toString('latin1');
    this.wasAsked = true;
    return lines;
  }
}

/** The head of an interim answer as it is written to a client. */
export function interimText(status: number, reason: string, fields: readonly string[]): string {
  return `HTTP/1.1 ${status} ${reason}\r\n${joinFields(fields)}\r\n`;
}

// Private

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}
