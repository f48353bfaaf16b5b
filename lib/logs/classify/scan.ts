import type { LogEntry } from './fields.ts';

/** Characters read of a line that does not parse: the writer's own fields come first. */
const MAX_READ = 16_384;
/** Deeper values are read over without being kept. */
const MAX_DEPTH = 6;
const MAX_KEYS = 200;
/** The start of a value that is shorter may be anything: `f` of `fine`. */
const MIN_CUT = 16;
/** Characters before the first key, as a collector's time and stream, or what was left of a value. */
const MAX_BEFORE = 400;

/** `"key":` as it may follow whatever comes before; a quote within a value is escaped. */
const FIRST_KEY = /(?:^|[{,]|[^\\]",?)\s*(?=["'][\w@.$:/-]{1,64}["']\s*:)/;
const WORD = /[\w.+-]{1,64}/y;
const NAMES: Readonly<Record<string, unknown>> = {
  true: true,
  True: true,
  false: false,
  False: false,
};

/** A line that is not quite JSON, as far as it can be read. */
export interface Scanned {
  readonly entry: LogEntry;
  /** What comes before its first key. */
  readonly before: string;
}

/**
 * Reads a line that is almost JSON: cut off, too long, with `NaN`, raw control characters, single
 * quotes, a missing or additional comma, or text before and behind. Whatever was read up to the first
 * place that makes no sense counts; of a key that is given twice, the first. Null without any key.
 */
export function scanLine(line: string): Scanned | null {
  const text = line.slice(0, MAX_READ);
  const found = FIRST_KEY.exec(text.slice(0, MAX_BEFORE));
  if (found === null) return null;
  const start = found.index + found[0].length;
  const entry = new Scanner(text, start).members(0);
  if (Object.keys(entry).length === 0) return null;
  return { entry, before: text.slice(0, found.index) };
}

/** The same for a text that starts with `{`; an empty entry where it has no key. */
export function scanEntry(text: string): LogEntry {
  return scanLine(text)?.entry ?? {};
}

// Private

/** Each step moves on or ends, so that a line is read in one pass. */
class Scanner {
  readonly #text: string;
  #at: number;
  /** The text ended, or made no sense, within a value. */
  #ended = false;

  constructor(text: string, at: number) {
    this.#text = text;
    this.#at = at;
  }

  /** The members of an object whose `{` was read. */
  members(depth: number): LogEntry {
    // Without a prototype, `__proto__` is a key like any other.
    const entry = Object.create(null) as Record<string, unknown>;
    let keys = 0;
    while (!this.#ended && keys < MAX_KEYS) {
      this.#skip(' \t\r\n,');
      if (this.#take('}')) return entry;
      const key = this.#quoted();
      if (key === null) break;
      this.#skip(' \t\r\n');
      if (!this.#take(':')) break;
      const value = this.#value(depth);
      if (value !== undefined && !Object.hasOwn(entry, key)) entry[key] = value;
      keys += 1;
    }
    this.#ended = true;
    return entry;
  }

  // Private

  #value(depth: number): unknown {
    this.#skip(' \t\r\n');
    const first = this.#text[this.#at];
    if (first === '"' || first === "'") return this.#quoted() ?? undefined;
    if (first === '{' || first === '[') {
      if (depth >= MAX_DEPTH) return this.#readOver();
      this.#at += 1;
      return first === '{' ? this.members(depth + 1) : this.#elements(depth + 1);
    }
    return this.#bare();
  }

  #elements(depth: number): readonly unknown[] {
    const list: unknown[] = [];
    while (!this.#ended) {
      this.#skip(' \t\r\n,');
      if (this.#take(']')) break;
      const value = this.#value(depth);
      if (value === undefined && this.#ended) break;
      if (list.length < MAX_KEYS) list.push(value);
    }
    return list;
  }

  /** The value that begins here, whatever is in it. */
  #readOver(): null {
    let open = 0;
    do {
      const character = this.#text[this.#at];
      if (character === '"') this.#quoted();
      else this.#at += 1;
      if (character === '{' || character === '[') open += 1;
      else if (character === '}' || character === ']') open -= 1;
    } while (open > 0 && this.#at < this.#text.length);
    if (open > 0) this.#ended = true;
    return null;
  }

  #bare(): unknown {
    WORD.lastIndex = this.#at;
    const word = WORD.exec(this.#text)?.[0];
    if (word === undefined) return this.#end();
    this.#at += word.length;
    // It may go on where the line was cut: 5 of 50.
    if (this.#at >= this.#text.length) return this.#end();
    if (Object.hasOwn(NAMES, word)) return NAMES[word];
    const number = Number(word);
    return Number.isNaN(number) ? null : number;
  }

  /** A string in either kind of quotes, as far as there is text. */
  #quoted(): string | null {
    const quote = this.#text[this.#at];
    if (quote !== '"' && quote !== "'") return null;
    const from = this.#at + 1;
    let end = from;
    for (; end < this.#text.length; end += 1) {
      const character = this.#text[end];
      if (character === quote) break;
      if (character === '\\') end += 1;
    }
    this.#at = end + 1;
    if (end >= this.#text.length) {
      this.#ended = true;
      if (end - from < MIN_CUT) return null;
    }
    return unescaped(this.#text.slice(from, end));
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #skip(characters: string): void {
    while (this.#at < this.#text.length && characters.includes(this.#text[this.#at] ?? 'x')) {
      this.#at += 1;
    }
  }

  #end(): undefined {
    this.#ended = true;
    return undefined;
  }
}

const SHORT: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:u([\dA-Fa-f]{4})|([^]))/g, (_, code?: string, other?: string) =>
    code === undefined
      ? (SHORT[other ?? ''] ?? other ?? '')
      : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
