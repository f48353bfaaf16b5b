import type { NameKind, Names } from './names.ts';
import { isNoSecret, isOpaque, isOrdinary, isOrdinaryInUrl, MARK } from './values.ts';

const NAME = /(?:[\p{L}\p{N}_$]|\\u[\da-f]{4})(?:[\p{L}\p{N}_$.\-[\]]|%5[bd]|\\u[\da-f]{4})*/giu;
/** What parts a name from its value: `=`, `:`, `=>`, `:=`, after a quote that ends the name. */
const SEPARATOR = /(?:\\{0,16}["'`])?\s*(?:=>|:=|={1,3}|:(?!\/\/)|%3[AD])\s*/iy;
/** A string within a string ends at a quote that is escaped as often as its first. */
const ESCAPED =
  /(?<escape>\\{1,16})(?<quote>["'])(?:(?!(?<!\\)\k<escape>\k<quote>)[^])*(?:\k<escape>\k<quote>)?/y;
const DOUBLE = /"(?:[^"\\]|\\[^])*"?/y;
const SINGLE = /'(?:[^'\\]|\\[^])*'?/y;
const BACKTICK = /`[^`]*`?/y;
const TRIPLE = /(?<marks>"""|''')(?:(?!\k<marks>)[^])*(?:\k<marks>)?/y;
const QUOTED = [TRIPLE, ESCAPED, DOUBLE, SINGLE, BACKTICK];
/** The name of a field as the value of another, and the field that has its value. */
const NAMED_VALUE =
  /["']?([\w.-]{1,100})["']?\s{0,40}[,;]?\s{0,40}["']?(?:values?|val|content)["']?\s{0,8}[:=]\s{0,40}/iy;
const NAME_KEY = /^(?:name|key|field|header|param|parameter|property)$/i;
/** A text on the lines below, further in, as YAML writes it. */
const BLOCK = /[|>][-+\d]{0,3}[ \t]*(?:\r?\n|$)/y;
const IN_QUERY = /[^\s&#"'<>`]*/y;
/** A sign that may end a value belongs to it, unless another name or nothing follows. */
const BARE =
  /(?:[^\s,;&)\]}"'`<>\\]|[,;&)\]}](?![,;&)\]}]{0,8}["']?[\w.$-]{0,64}["']?\s?[=:])(?=[,;&)\]}]{0,8}[^\s,;&)\]}"'`<>\\])|["'`>](?=\w)|<(?![/!?])|\\(?!\\*["'nrt]))+/y;
const LINE = /[^\n]*/y;
/** Of a value that may stay, so much is looked at. */
const MAX_DOUBTFUL = 120;
const OPEN = '[{(';
const CLOSE = ']})';

/** Masks the values of names of credentials in a text. */
export function createNamedMask(names: Names): (text: string) => string {
  return (text) => {
    if (!/[=:]|%3[AD]/i.test(text)) return text;
    let result = '';
    let copied = 0;
    NAME.lastIndex = 0;
    for (let found = NAME.exec(text); found !== null; found = NAME.exec(text)) {
      const [name] = found;
      const start = valueStart(text, found.index + name.length);
      if (start === null) continue;
      const beside = NAME_KEY.test(name) ? besideName(text, start, names) : null;
      const from = beside ?? start;
      const kind = beside === null ? names.kindOf(name) : 'secret';
      const end = kind === null ? from : endOfValue(text, found.index, from, kind);
      if (end > from) {
        const quote =
          /["'`]/.test(text[from] ?? '') && text[end - 1] === text[from] ? text[from] : '';
        result += text.slice(copied, from) + quote + MARK + quote;
        copied = end;
      }
      NAME.lastIndex = Math.max(end, found.index + name.length);
    }
    return result + text.slice(copied);
  };
}

// Private

/** Where the value of a field begins that is named by the one before: `name: TOKEN, value: …`. */
function besideName(text: string, from: number, names: Names): number | null {
  NAMED_VALUE.lastIndex = from;
  const name = NAMED_VALUE.exec(text)?.[1];
  const kind = name === undefined ? null : names.kindOf(name);
  return kind === 'secret' || kind === 'line' ? NAMED_VALUE.lastIndex : null;
}

function valueStart(text: string, at: number): number | null {
  SEPARATOR.lastIndex = at;
  return SEPARATOR.test(text) ? SEPARATOR.lastIndex : null;
}

/** Where the value to be masked ends; its start when it is to stay. */
function endOfValue(text: string, name: number, from: number, kind: NameKind): number {
  const before = text[name - 1] ?? '';
  const isQuery = before === '?' || before === '&';
  if ((kind === 'unsure' || kind === 'opaque') && mayStay(text, from, kind, isQuery)) return from;
  const quoted = endOfQuoted(text, from);
  if (quoted !== null) return isNoSecret(text.slice(from + 1, quoted - 1)) ? from : quoted;
  if (OPEN.includes(text[from] ?? ' ')) return endOfNested(text, from);
  if (isQuery) return kept(text, from, endOf(IN_QUERY, text, from));
  BLOCK.lastIndex = from;
  if (BLOCK.test(text)) return endOfBlock(text, name, BLOCK.lastIndex);
  if (kind !== 'line') return kept(text, from, endOf(BARE, text, from));
  const line = endOf(LINE, text, from);
  // A header within a quoted text ends where that text does.
  if (before !== '"' && before !== "'") return line;
  const quote = text.indexOf(before, from);
  return quote === -1 ? line : Math.min(quote, line);
}

/** Whether the value of a name that may mean something else is not taken for a credential. */
function mayStay(text: string, from: number, kind: NameKind, isQuery: boolean): boolean {
  const start = text.slice(from, from + MAX_DOUBTFUL);
  if (OPEN.includes(start[0] ?? ' ')) return true;
  const end = endOfQuoted(start, 0) ?? endOf(isQuery ? IN_QUERY : BARE, start, 0);
  const value = start
    .slice(0, end)
    .replace(/^[\\"'`]{1,17}/, '')
    .replace(/[\\"'`]{1,17}$/, '');
  if (kind === 'opaque') return !isOpaque(value);
  return isQuery ? isOrdinaryInUrl(value) : isOrdinary(value);
}

function kept(text: string, from: number, end: number): number {
  return isNoSecret(text.slice(from, end)) ? from : end;
}

function endOf(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : from;
}

function endOfQuoted(text: string, from: number): number | null {
  for (const pattern of QUOTED) {
    pattern.lastIndex = from;
    if (pattern.test(text)) return pattern.lastIndex;
  }
  return null;
}

/** To the end of the line at least, since brackets within strings may close what is open. */
function endOfNested(text: string, from: number): number {
  let depth = 0;
  let at = from;
  for (; at < text.length; at++) {
    const sign = text[at] ?? '';
    if (OPEN.includes(sign)) depth++;
    else if (CLOSE.includes(sign) && --depth === 0) break;
  }
  const line = text.indexOf('\n', at);
  return line === -1 ? text.length : line;
}

/** Past the lines that are further in than that of the name. */
function endOfBlock(text: string, name: number, from: number): number {
  const begin = text.lastIndexOf('\n', name - 1) + 1;
  const indent = indentOf(text, begin);
  let at = from;
  while (at < text.length) {
    const line = text.indexOf('\n', at);
    const end = line === -1 ? text.length : line;
    const isBlank = text.slice(at, end).trim() === '';
    if (!isBlank && indentOf(text, at) <= indent) return at - 1;
    at = end + 1;
  }
  return text.length;
}

function indentOf(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t') at++;
  return at - from;
}
