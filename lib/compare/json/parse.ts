import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';

/** Integers of this many digits may not fit a double: 2^53 has 16. */
const LONG_INTEGER_DIGITS = 16;
const LONG_INTEGER = /\d{16}/;
/**
 * Stands before an integer kept as text. It cannot be guessed from outside, so no string that a
 * version sends is ever taken for a number.
 */
const INTEGER_MARK = `\u0000${randomUUID()}:`;
const MARKED_INTEGER = new RegExp(`"\\\\u0000${INTEGER_MARK.slice(1)}(-?\\d+)"`, 'g');
/** Sign and digits of the largest double, 1.8e308. */
const MAX_DOUBLE_DIGITS = 310;
const BYTE_ORDER_MARK = 0xfeff;

export type JsonType = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';

export type ParsedJson = { readonly ok: true; readonly value: unknown } | { readonly ok: false };

/** Parses without losing digits of long integers; bytes that are not UTF-8 are no JSON (RFC 8259). */
export function parseJson(bytes: Buffer): ParsedJson {
  if (!isUtf8(bytes)) return { ok: false };
  const raw = bytes.toString('utf8');
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

/** Equality of two values that are neither array nor object. */
export function sameScalar(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  // Long integers are kept in their only spelling, so two of them are equal when their texts are.
  if (isLongInteger(left) && Number.isInteger(right)) return sameInteger(left, right as number);
  if (isLongInteger(right) && Number.isInteger(left)) return sameInteger(right, left as number);
  return false;
}

/** How a value is shown: long integers with all their digits, composites by their size. */
export function showJson(value: unknown): string {
  if (Array.isArray(value)) return `array of ${value.length}`;
  if (typeof value === 'object' && value !== null) {
    return `object with ${Object.keys(value).length} keys`;
  }
  if (isLongInteger(value)) return value.slice(INTEGER_MARK.length);
  // More than is ever shown of a string needs no quoting.
  return JSON.stringify(typeof value === 'string' ? value.slice(0, 200) : value);
}

/** Writes a parsed document; long integers with all their digits. Throws RangeError if too deep. */
export function writeJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(MARKED_INTEGER, '$1');
}

/** The number a value of type `number` is, rounded to a double. */
export function numberOf(value: unknown): number {
  return isLongInteger(value) ? Number(value.slice(INTEGER_MARK.length)) : Number(value);
}

// Private

function isLongInteger(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith(INTEGER_MARK);
}

/** `1e20` and the same number written out. No double has more digits than `MAX_DOUBLE_DIGITS`. */
function sameInteger(long: string, short: number): boolean {
  const digits = long.slice(INTEGER_MARK.length);
  return digits.length <= MAX_DOUBLE_DIGITS && BigInt(digits) === BigInt(short);
}

/** Puts long integers outside strings into marked strings; everything else stays as it is. */
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

/** A number before a colon is no JSON and must stay none. */
function isMarkable(text: string, token: string, end: number): boolean {
  return /^-?[1-9]\d{15,}$/.test(token) && !/^\s*:/.test(text.slice(end, end + 64));
}

function escapedMark(): string {
  return `\\u0000${INTEGER_MARK.slice(1)}`;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** The index after the closing quote; the end of the text when there is none. */
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
    // Digits, plus, minus, point, e, E.
    if (!isDigit(code) && code !== 43 && code !== 45 && code !== 46 && (code | 32) !== 101) break;
    end++;
  }
  return end;
}

/** Renderings in differences are at most this long. */
const MAX_RENDERING_LENGTH = 80;

/** Stands for a value that must not be shown. */
export const MASKED = '[masked]';

/** The text on one line, cut to 80 characters, control characters made visible. */
export function brief(text: string): string {
  const cut =
    text.length > MAX_RENDERING_LENGTH ? `${text.slice(0, MAX_RENDERING_LENGTH - 1)}…` : text;
  return cut.replace(/[\p{Cc}\u2028\u2029]/gu, '\uFFFD');
}
