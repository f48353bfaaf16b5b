/** One `key=value` of a `.env` file, with the line of its key, from 1. */
export interface EnvEntry {
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

/** A line that cannot be parsed. The text never repeats what is written there: it may be a secret. */
export interface EnvProblem {
  readonly line: number;
  readonly text: string;
}

/** The contents of a `.env` file. A key may occur twice: the last one counts. */
export interface EnvFile {
  readonly entries: readonly EnvEntry[];
  readonly problems: readonly EnvProblem[];
}

/** Blanks within a line, as in the Go program's parser. */
const BLANK = /[\t\v\f\r \u0085\u00a0]/;
const BLANKS_AND_LINES = /[\s\u0085]/;
const KEY_CHARACTER = /[\p{L}\p{N}_.]/u;
/** `$NAME`, `${NAME}`, and, as in godotenv, `$(NAME` and a brace on one side only. */
const VARIABLE = /(\\)?\$\(?\{?([A-Z0-9_]+)?\}?/g;

/**
 * Parses a `.env` file as godotenv 1.5.1 does, which the Go program used: existing files must mean
 * exactly the same here. Other parsers cut `has#hash`, strip back ticks or lose `key: value`. Parsing
 * continues after a line with an error, so that all problems are reported at once.
 */
export function parseEnvFile(source: string): EnvFile {
  const cursor = new Cursor(source.replaceAll('\r\n', '\n'));
  const entries: EnvEntry[] = [];
  const problems: EnvProblem[] = [];
  const values = new Map<string, string>();
  while (cursor.toNextStatement()) {
    const line = cursor.line();
    const read = readStatement(cursor, values);
    if (typeof read === 'string') {
      problems.push({ line, text: read });
      cursor.skipLine(line);
    } else {
      values.set(read.key, read.value);
      entries.push({ ...read, line });
    }
  }
  return { entries, problems };
}

// Private

class Cursor {
  readonly text: string;
  position = 0;
  #countedTo = 0;
  #line = 1;

  constructor(text: string) {
    this.text = text;
  }

  /** Skips blanks, empty lines and comments; false at the end. */
  toNextStatement(): boolean {
    for (;;) {
      this.skip(BLANKS_AND_LINES);
      if (this.position >= this.text.length) return false;
      if (this.text[this.position] !== '#') return true;
      this.position = this.endOfLine();
    }
  }

  skip(characters: RegExp): void {
    while (this.position < this.text.length && characters.test(this.text[this.position] ?? '')) {
      this.position++;
    }
  }

  /** The number of the cursor's line, which only ever grows. */
  line(): number {
    for (; this.#countedTo < this.position; this.#countedTo++) {
      if (this.text[this.#countedTo] === '\n') this.#line++;
    }
    return this.#line;
  }

  /** Moves to the end of the line with that number, unless the cursor is past it. */
  skipLine(line: number): void {
    if (this.line() === line) this.position = this.endOfLine();
  }

  endOfLine(): number {
    const at = this.text.indexOf('\n', this.position);
    return at < 0 ? this.text.length : at;
  }
}

function readStatement(
  cursor: Cursor,
  values: ReadonlyMap<string, string>,
): { key: string; value: string } | string {
  const key = readKey(cursor);
  if (key === null) return 'is not key=value';
  const quote = cursor.text[cursor.position];
  if (quote !== '"' && quote !== "'") return { key, value: readPlain(cursor, values) };
  const quoted = readQuoted(cursor, quote);
  if (quoted === null) return `the quote after ${key}= is not closed`;
  return { key, value: quote === '"' ? expand(unescape(quoted), values) : quoted };
}

/** Moves the cursor to the first character of the value. */
function readKey(cursor: Cursor): string | null {
  if (
    /^export[\t\v\f\r \u0085\u00a0]/.test(cursor.text.slice(cursor.position, cursor.position + 7))
  ) {
    cursor.position += 'export'.length;
    cursor.skip(BLANK);
  }
  const start = cursor.position;
  for (let end = start; end < cursor.text.length; end++) {
    const character = cursor.text[end] ?? '';
    if (character === '=' || character === ':') {
      cursor.position = end + 1;
      cursor.skip(BLANK);
      return cursor.text.slice(start, end).trimEnd();
    }
    if (!BLANK.test(character) && !KEY_CHARACTER.test(character)) return null;
  }
  return null;
}

function readPlain(cursor: Cursor, values: ReadonlyMap<string, string>): string {
  const rest = cursor.text.slice(cursor.position, cursor.endOfLine());
  const line = rest.split('\r', 1)[0] ?? '';
  cursor.position += line.length;
  return expand(trimBlanks(line.slice(0, endOfValue(line))), values);
}

/** The value ends before the last ` #`; a `#` within a word is a part of it. */
function endOfValue(line: string): number {
  for (let at = line.length - 1; at > 0; at--) {
    if (line[at] === '#' && BLANK.test(line[at - 1] ?? '')) return at;
  }
  return line.length;
}

/** The value ends at the next quote without a backslash before it; it may span lines. */
function readQuoted(cursor: Cursor, quote: string): string | null {
  for (let end = cursor.position + 1; end < cursor.text.length; end++) {
    if (cursor.text[end] !== quote || cursor.text[end - 1] === '\\') continue;
    const inner = cursor.text.slice(cursor.position, end);
    cursor.position = end + 1;
    return trimQuotes(inner, quote);
  }
  return null;
}

/** As godotenv does, removes every quote at both ends, so that `"a\""` ends in a backslash. */
function trimQuotes(text: string, quote: string): string {
  let [start, end] = [0, text.length];
  while (start < end && text[start] === quote) start++;
  while (end > start && text[end - 1] === quote) end--;
  return text.slice(start, end);
}

function unescape(text: string): string {
  const lines = text.replaceAll(/\\([^\n])/g, (match, character: string) =>
    character === 'n' ? '\n' : character === 'r' ? '\r' : match,
  );
  return lines.replaceAll(/\\([^$])/g, '$1');
}

/** `$NAME` is the value of an earlier key of the same file, or nothing; `\$` is a dollar sign. */
function expand(text: string, values: ReadonlyMap<string, string>): string {
  return text.replaceAll(
    VARIABLE,
    (match, escape: string | undefined, name: string | undefined) => {
      if (escape !== undefined) return match.slice(1);
      return name === undefined ? match : (values.get(name) ?? '');
    },
  );
}

function trimBlanks(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && BLANK.test(text[start] ?? '')) start++;
  while (end > start && BLANK.test(text[end - 1] ?? '')) end--;
  return text.slice(start, end);
}
