import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';

/** Integers of this many digits may not fit a double: 2^53 has 16. */
const LONG_INTEGER_DIGITS = 16;
const LONG_INTEGER = /\d{16}/;
const IS_LONG_INTEGER = /^-?[1-9]\d{15,}$/;
/**
 * Precedes an integer that is kept as text. The mark cannot be guessed, so no string that a version
 * sends is ever mistaken for a number.
 */
const INTEGER_MARK = `\u0000${randomUUID()}:`;
const MARKED_INTEGER = new RegExp(`"\\\\u0000${INTEGER_MARK.slice(1)}(-?\\d+)"`, 'g');
/** The sign and digits of the largest double, 1.8e308. */
const MAX_DOUBLE_DIGITS = 310;
const BYTE_ORDER_MARK = 0xfeff;
const MAX_RENDERED_CHARACTERS = 80;
/** Quoting more of a string is wasted work: less is ever shown. */
const MAX_QUOTED_CHARACTERS = 200;

/** Shown in place of a value that must not be shown. */
export const MASKED = '[masked]';

export type JsonType = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';

export type ParsedJson = { readonly ok: true; readonly value: unknown } | { readonly ok: false };

/** Parses without losing digits of long integers; JSON must be UTF-8 (RFC 8259). */
export function parseJson(bytes: Buffer): ParsedJson {
  return isUtf8(bytes) ? parseJsonText(bytes.toString('utf8')) : { ok: false };
}

/** As `parseJson`, of a text that is decoded already. */
export function parseJsonText(raw: string): ParsedJson {
  const text = raw.charCodeAt(0) === BYTE_ORDER_MARK ? raw.slice(1) : raw;
  try {
    const value: unknown = JSON.parse(LONG_INTEGER.test(text) ? markIntegers(text) : text);
    return { ok: true, value };
  } catch {
    return { ok: false };
  }
}

export function jsonType(value: unknown): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'string') return isLongInteger(value) ? 'number' : 'string';
  if (typeof value === 'number') return 'number';
  return typeof value === 'boolean' ? 'boolean' : 'object';
}

/** Equality of two values that are neither arrays nor objects. */
export function sameScalar(left: unknown, right: unknown): boolean {
  if (Object.is(left, right) || left === right) return true;
  // A long integer has only one spelling, so two of them are equal when their texts are.
  if (isLongInteger(left) && Number.isInteger(right)) return sameInteger(left, right as number);
  if (isLongInteger(right) && Number.isInteger(left)) return sameInteger(right, left as number);
  return false;
}

/** The rendering of a value: long integers with all their digits, composites by their size. */
export function showJson(value: unknown): string {
  if (Array.isArray(value)) return `array of ${value.length}`;
  if (typeof value === 'object' && value !== null) {
    return `object with ${Object.keys(value).length} keys`;
  }
  if (isLongInteger(value)) return value.slice(INTEGER_MARK.length);
  if (typeof value === 'number') return String(value);
  return JSON.stringify(typeof value === 'string' ? value.slice(0, MAX_QUOTED_CHARACTERS) : value);
}

/** Serializes a parsed document with all digits of long integers. Throws RangeError if too deep. */
export function writeJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(MARKED_INTEGER, '$1');
}

/** The value of an integer that may not fit a double; null for any other number. */
export function integerOf(token: string): string | null {
  return IS_LONG_INTEGER.test(token) ? INTEGER_MARK + token : null;
}

/** The value of type `number` as a double. */
export function numberOf(value: unknown): number {
  return isLongInteger(value) ? Number(value.slice(INTEGER_MARK.length)) : Number(value);
}

/** The text on one line, cut to 80 characters, with control characters made visible. */
export function brief(text: string): string {
  const isLong = text.length > MAX_RENDERED_CHARACTERS;
  const cut = isLong ? `${text.slice(0, MAX_RENDERED_CHARACTERS - 1)}…` : text;
  return cut.replace(/[\p{Cc}\u2028\u2029]/gu, '\uFFFD');
}

// Private

function isLongInteger(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith(INTEGER_MARK);
}

/** Compares `1e20` with the same number in digits; no double has more than the maximum. */
function sameInteger(long: string, short: number): boolean {
  const digits = long.slice(INTEGER_MARK.length);
  return digits.length <= MAX_DOUBLE_DIGITS && BigInt(digits) === BigInt(short);
}

/** Turns long integers outside strings into marked strings and leaves everything else as it is. */
function markIntegers(text: string): string {
  let result = '';
  let copied = 0;
  let index = 0;
  while (index < text.length) {
    const code = text.charCodeAt(index);
    if (code === 34 /* " */) {
      index = endOfString(text, index);
    } else if (code === 45 /* - */ || isDigit(code)) {
      const end = endOfNumber(text, index);
      const token = text.slice(index, end);
      if (token.length >= LONG_INTEGER_DIGITS && isMarkable(text, token, end)) {
        result += `${text.slice(copied, index)}"${escapedMark()}${token}"`;
        copied = end;
      }
      index = end;
    } else {
      index++;
    }
  }
  return result + text.slice(copied);
}

/** A number before a colon is not JSON and must stay invalid. */
function isMarkable(text: string, token: string, end: number): boolean {
  return IS_LONG_INTEGER.test(token) && !/^\s*:/.test(text.slice(end, end + 64));
}

function escapedMark(): string {
  return `\\u0000${INTEGER_MARK.slice(1)}`;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** The index after the closing quote, or the end of the text where there is none. */
function endOfString(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1);
  while (quote !== -1) {
    let backslashes = 0;
    while (text.charCodeAt(quote - 1 - backslashes) === 92 /* \ */) backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
    quote = text.indexOf('"', quote + 1);
  }
  return text.length;
}

function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length) {
    const code = text.charCodeAt(end);
    // A digit, plus, minus, point, e or E goes on.
    if (!isDigit(code) && code !== 43 && code !== 45 && code !== 46 && (code | 32) !== 101) break;
    end++;
  }
  return end;
}
