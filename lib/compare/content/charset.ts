import { isUtf8 } from 'node:buffer';

/** No text has them, but binary formats and text in UTF-16 do. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u0008\u000e-\u001a\u001c\u001d\u007f]/;
/** So much of the beginning is searched for what no text has. */
const SEARCHED = 1024;

/**
 * The text of these bytes: by its byte order mark, else UTF-8 where it is valid, else the declared
 * charset; null where they are no text, or no charset that this runtime knows.
 */
export function textOf(bytes: Buffer, charset: string | null): string | null {
  const marked = charsetOfMark(bytes);
  if (marked === 'utf-8' && isUtf8(bytes)) return bytes.toString('utf8', 3);
  if (marked !== null && marked !== 'utf-8') return decoded(bytes.subarray(2), marked);
  // What is declared as UTF-16 reads as UTF-8 too while it has no letter beyond ASCII.
  const isWide = charset !== null && /^utf-?(?:16|32)|^ucs-?[24]|^iso-10646/.test(charset);
  if (!isWide && isUtf8(bytes)) return bytes.toString('utf8');
  return decoded(bytes, charset ?? 'windows-1252');
}

/** Whether this text was never meant as one. */
export function isBinaryText(text: string): boolean {
  return CONTROL.test(text.length > SEARCHED ? text.slice(0, SEARCHED) : text);
}

// Private

function charsetOfMark(bytes: Buffer): string | null {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : null;
}

function decoded(bytes: Buffer, charset: string): string | null {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return null;
  }
}
