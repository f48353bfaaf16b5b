import { isUtf8 } from 'node:buffer';

const MAX_CHARACTER_BYTES = 4;

/**
 * Names on disk are bytes; in a zip they are UTF-8 text without control characters and without `\`, which
 * archiver and many readers take for `/`. What does not fit is written as `%` and two hexadecimal digits, and so
 * is a `%` that would be read as such: every name has exactly one text, and every text leads back to its name.
 */
export function textOfName(name: Buffer): string {
  let text = '';
  for (let at = 0; at < name.length; ) {
    const length = characterLength(name, at);
    const bytes = name.subarray(at, at + Math.max(1, length));
    at += bytes.length;
    const isKept = length > 0 && !isEscaped(bytes.toString(), name.subarray(at, at + 2));
    text += isKept ? bytes.toString() : `%${bytes.toString('hex').toUpperCase()}`;
  }
  return text;
}

/** The bytes that `textOfName` made a text of. */
export function nameOfText(text: string): Buffer {
  const parts = text.split(/%([0-9A-Fa-f]{2})/);
  return Buffer.concat(
    parts.map((part, index) => Buffer.from(part, index % 2 === 1 ? 'hex' : 'utf8')),
  );
}

// Private

/** In a name without other characters than ASCII's, readers take control characters for those of CP437. */
function isEscaped(character: string, following: Buffer): boolean {
  if (character < ' ' || character === '\x7f' || character === '\\') return true;
  return character === '%' && /^[0-9A-Fa-f]{2}$/.test(following.toString('latin1'));
}

/** Number of bytes of the UTF-8 character at `at`; 0 when there is none. */
function characterLength(name: Buffer, at: number): number {
  const rest = Math.min(MAX_CHARACTER_BYTES, name.length - at);
  for (let length = 1; length <= rest; length += 1) {
    if (isUtf8(name.subarray(at, at + length))) return length;
  }
  return 0;
}
