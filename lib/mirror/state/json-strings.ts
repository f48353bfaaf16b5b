/** Strings of a document that are looked at. */
const MAX_STRINGS = 200;
const ESCAPE = 92;

/**
 * The strings of a JSON text that are the value of a key, with that key; one pass, and nothing is parsed. Strings
 * with an escape are left out: no credential has one.
 */
export function* stringsOf(text: string): Generator<readonly [key: string, value: string]> {
  let previous = '';
  let isKey = false;
  let seen = 0;
  let at = text.indexOf('"');
  while (at !== -1 && seen < MAX_STRINGS) {
    const end = endOf(text, at + 1);
    if (end === -1) return;
    const value = text.slice(at + 1, end);
    const next = nextMark(text, end + 1);
    if (isKey) {
      seen++;
      if (!value.includes('\\')) yield [previous, value];
    }
    isKey = text.charAt(next) === ':' && text.charAt(nextMark(text, next + 1)) === '"';
    previous = value;
    at = text.indexOf('"', end + 1);
  }
}

// Private

/** The index of the quote that ends a string. */
function endOf(text: string, from: number): number {
  let index = from;
  while (index < text.length) {
    const code = text.charCodeAt(index);
    if (code === 34) return index;
    index += code === ESCAPE ? 2 : 1;
  }
  return -1;
}

function nextMark(text: string, from: number): number {
  let index = from;
  while (index < text.length && text.charCodeAt(index) <= 32) index++;
  return index;
}
