import { isOpaque } from './opaque.ts';
import type { ContentKind } from './kind.ts';
import { isJsonType } from './media-type.ts';
import { comparePlaces, type PlacedDocument, Places } from './places.ts';
import type { Source } from './source.ts';

/** Lines that say which value they have: `name: value`, `name=value`, `name{labels} value`. */
const KEYED = /^\s*([A-Za-z_][\w .-]{0,60}?)(?:\s*[:=]\s*|\{[^}]{0,500}\}\s+|\s+(?=[-+]?\d))(.*)$/;
const COMMENT = /^\s*(?:#|\/\/|;|$)/;
/** So large a share of the lines is keyed in a text that is a list of values. */
const KEYED_SHARE = 0.8;
/** Types of which even a single line has a name. */
const KEYED_TYPE = /yaml$|toml$|properties$/;
const TABLES = new Map([
  ['text/csv', ','],
  ['application/csv', ','],
  ['text/tab-separated-values', '\t'],
]);
/** What says that it is JSON and cannot be parsed as such, however leniently. */
export const NOT_JSON = 'not valid JSON';
const MAX_LINES = 10_000;

export interface TextContent extends PlacedDocument {
  readonly kind: 'text';
}

/** Text of any other kind: tables by column, lists of values by name, all else by line. */
export const text: ContentKind<TextContent> = {
  kind: 'text',
  read(source: Source) {
    const { text, type } = source;
    if (text === null || isOpaque(source)) return null;
    if (isJsonType(type)) return content(NOT_JSON, linesOf(text));
    const separator = TABLES.get(type);
    if (separator !== undefined) return content('a table', columnsOf(text, separator));
    return content('text', linesOf(text, KEYED_TYPE.test(type)));
  },
  compare: comparePlaces,
};

// Private

function content(label: string, places: Places): TextContent {
  return { kind: 'text', label, places };
}

function linesOf(text: string, isKeyedType = false): Places {
  const lines = text.split(/\r\n|\n|\r/, MAX_LINES).filter((line) => line.trim() !== '');
  const said = lines.filter((line) => !COMMENT.test(line));
  const keyed = said.map((line) => KEYED.exec(line));
  const isKeyed =
    said.length > (isKeyedType ? 0 : 1) &&
    keyed.filter((it) => it !== null).length >= KEYED_SHARE * said.length;
  const places = new Places();
  if (isKeyed) {
    for (const [index, found] of keyed.entries()) {
      if (found === null) places.add('text: line', said[index] ?? '');
      else
        places.add(`text: ${found[1]?.trim() ?? ''}`, found[2] ?? '', { names: [found[1] ?? ''] });
    }
  } else for (const line of lines) places.add('text: line', line.trimEnd());
  return places;
}

/** Cells by the name of their column; quotes may enclose separators, not line ends. */
function columnsOf(text: string, separator: string): Places {
  const [head = '', ...rows] = text.split(/\r\n|\n|\r/, MAX_LINES);
  const names = cellsOf(head, separator);
  const places = new Places();
  for (const name of names) places.add(`table: ${name}`, '', { weight: 0, isPresence: true });
  for (const row of rows) {
    if (row === '') continue;
    for (const [index, cell] of cellsOf(row, separator).entries()) {
      const name = names[index] ?? '(no name)';
      places.add(`table: ${name} cell`, cell, { names: [name] });
    }
  }
  return places;
}

function cellsOf(row: string, separator: string): readonly string[] {
  if (!row.includes('"')) return row.split(separator).map((cell) => cell.trim());
  const cells: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (const character of row) {
    if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      cells.push(cell.trim());
      cell = '';
    } else cell += character;
  }
  return [...cells, cell.trim()];
}
