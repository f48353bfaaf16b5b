import { integerOf } from './parse.ts';

const MAX_DEPTH = 500;
/** What writers in other languages write for values that JSON does not know, or knows by another name. */
const WORDS: Readonly<Record<string, unknown>> = {
  true: true,
  false: false,
  null: null,
  True: true,
  False: false,
  None: null,
  undefined: null,
  NaN: Number.NaN,
  nan: Number.NaN,
  '-nan': Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
};
const BLANK = /[\s\ufeff]*/y;
const WORD = /-?[A-Za-z_$][\w$]*/y;
const NUMBER = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '\n': '',
};

/**
 * Parses what JSON's grammar forbids but writers write: NaN and Infinity, words of other languages,
 * trailing commas, comments, single quotes, bare keys, raw control characters, numbers such as `.5`.
 * Null where the text is not even that. One pass, of bounded depth.
 */
export function parseLenient(text: string): { readonly value: unknown } | null {
  try {
    const reader = new Lenient(text);
    const value = reader.value(0);
    reader.end();
    return { value };
  } catch (error) {
    if (error instanceof NotJson) return null;
    throw error;
  }
}

// Private

class NotJson extends Error {}

class Lenient {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): unknown {
    this.#skipBlank();
    const first = this.#text[this.#at];
    if (first === '{' || first === '[') {
      if (depth >= MAX_DEPTH) throw new NotJson();
      this.#at++;
      return first === '{' ? this.#object(depth + 1) : this.#array(depth + 1);
    }
    if (first === '"' || first === "'") return this.#string(first);
    return this.#scalar();
  }

  end(): void {
    this.#skipBlank();
    if (this.#at < this.#text.length) throw new NotJson();
  }

  // Private

  #object(depth: number): unknown {
    // `fromEntries` defines `__proto__` as data, as JSON.parse does.
    const entries: [string, unknown][] = [];
    while (!this.#takes('}')) {
      this.#skipBlank();
      const quote = this.#text[this.#at];
      const key = quote === '"' || quote === "'" ? this.#string(quote) : this.#match(WORD);
      if (key === null || !this.#takes(':')) throw new NotJson();
      entries.push([key, this.value(depth)]);
      if (!this.#takes(',') && !this.#isNext('}')) throw new NotJson();
    }
    return Object.fromEntries(entries);
  }

  #array(depth: number): unknown {
    const elements: unknown[] = [];
    while (!this.#takes(']')) {
      elements.push(this.value(depth));
      if (!this.#takes(',') && !this.#isNext(']')) throw new NotJson();
    }
    return elements;
  }

  #string(quote: string): string {
    const text = this.#text;
    const parts: string[] = [];
    let from = ++this.#at;
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 92 /* \ */) {
        parts.push(text.slice(from, at));
        at = this.#escape(at + 1, parts);
        from = at + 1;
      } else if (code === quote.charCodeAt(0)) {
        parts.push(text.slice(from, at));
        this.#at = at + 1;
        return parts.join('');
      }
    }
    throw new NotJson();
  }

  /** Returns the index of the last character of the escape. */
  #escape(at: number, parts: string[]): number {
    const letter = this.#text[at] ?? '';
    const digits = letter === 'u' ? 4 : letter === 'x' ? 2 : 0;
    const hex = this.#text.slice(at + 1, at + 1 + digits);
    const isHex = digits > 0 && hex.length === digits && /^[0-9a-f]+$/i.test(hex);
    parts.push(isHex ? String.fromCharCode(Number.parseInt(hex, 16)) : (ESCAPES[letter] ?? letter));
    return isHex ? at + digits : at;
  }

  #scalar(): unknown {
    const number = this.#match(NUMBER);
    if (number !== null) return integerOf(number) ?? Number(number);
    const word = this.#match(WORD);
    if (word === null || !Object.hasOwn(WORDS, word)) throw new NotJson();
    return WORDS[word];
  }

  /** Spaces and comments. */
  #skipBlank(): void {
    const text = this.#text;
    while (this.#at < text.length) {
      this.#match(BLANK);
      const isLine = text.startsWith('//', this.#at);
      if (!isLine && !text.startsWith('/*', this.#at)) return;
      const end = text.indexOf(isLine ? '\n' : '*/', this.#at + 2);
      this.#at = end === -1 ? text.length : end + (isLine ? 1 : 2);
    }
  }

  #isNext(mark: string): boolean {
    this.#skipBlank();
    return this.#text[this.#at] === mark;
  }

  #takes(mark: string): boolean {
    const isNext = this.#isNext(mark);
    if (isNext) this.#at++;
    return isNext;
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? null;
    if (found !== null) this.#at += found.length;
    return found;
  }
}
