import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml';
import type { Raw } from '../formats.ts';
import { tooDeepAt } from './yaml-nesting.ts';

const MAX_PROBLEMS = 20;
const MAX_DEPTH = 20;

/** One key of a map of the file, and its place: line and column from 1. */
export interface YamlEntry {
  readonly key: string;
  readonly value: Raw;
  readonly line: number;
  readonly column: number;
  /** The keys below it, when its value is a map. */
  readonly children: readonly YamlEntry[];
}

/** A place that cannot be parsed. */
export interface YamlProblem {
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/** The contents of a yaml file. */
export interface YamlFile {
  readonly entries: readonly YamlEntry[];
  readonly problems: readonly YamlProblem[];
  /** False for a file that is no yaml: nothing is known of what it was to say. */
  readonly isReadable: boolean;
}

/**
 * Parses a yaml file into nested keys with their places. Every scalar stays text as written: `1.10`
 * is not a number here and `on` not a boolean; the key decides what its value means.
 */
export function parseYamlFile(source: string): YamlFile {
  const counter = new LineCounter();
  const reader = new Reader(counter);
  const deepAt = tooDeepAt(source);
  if (deepAt !== null) {
    const line = source.slice(0, deepAt).split('\n').length;
    const column = deepAt - source.lastIndexOf('\n', deepAt - 1);
    const problem = { line, column, text: `${NO_YAML}it is nested too deep` };
    return { entries: [], problems: [problem], isReadable: false };
  }
  // The failsafe schema knows only text, lists and maps.
  const document = parseDocument(source, {
    schema: 'failsafe',
    lineCounter: counter,
    prettyErrors: false,
    logLevel: 'error',
    // The library's check takes quadratic time; `Reader` has its own.
    uniqueKeys: false,
  });
  for (const error of [...document.errors, ...document.warnings].slice(0, MAX_PROBLEMS)) {
    const isValue = VALUE_ERRORS.has(error.code);
    const quotes = isValue ? unquoted(source, error.pos[0]) : null;
    const text = quotes ?? sentence(error.code, error.message);
    const offset = isUnclosed(error) ? openingBefore(source, error.pos[0]) : error.pos[0];
    reader.problem(offset, NO_YAML + text);
  }
  if (reader.problems.length > 0) {
    return { entries: [], problems: firstOfEachLine(reader.problems), isReadable: false };
  }
  const entries = reader.top(document.contents);
  if (reader.duplicates === 0) return { entries, problems: reader.problems, isReadable: true };
  return { entries: [], problems: reader.problems.filter(isNoYaml), isReadable: false };
}

/** The library's words, without its quotes from the file: they may be secrets. */
export function sentence(code: string, message: string): string {
  if (isUnclosed({ code, message })) {
    return 'a { or [ is not closed; close it, or write the value in quotes';
  }
  if (code === 'BAD_INDENT') return 'the indentation is wrong';
  if (code === 'TAB_AS_INDENT') return 'it is indented with a tab; use spaces';
  if (message.includes('call stack')) return 'it is nested too deep';
  if (code === 'MULTIPLE_DOCS') return 'it has more than one document';
  return message.split(/[:\n"']/, 1)[0]?.trim() ?? code;
}

// Private

function isUnclosed({ code, message }: { code: string; message: string }): boolean {
  return code === 'BAD_INDENT' && message.startsWith('Flow ');
}

/** The parser names the place where it gave up. */
function openingBefore(source: string, offset: number): number {
  return Math.max(0, source.lastIndexOf('{', offset), source.lastIndexOf('[', offset));
}

/** What the parser says of a value that only needs quotes. */
const VALUE_ERRORS: ReadonlySet<string> = new Set([
  'BAD_ALIAS',
  'BAD_SCALAR_START',
  'BLOCK_AS_IMPLICIT_KEY',
  'TAG_RESOLVE_FAILED',
  'UNEXPECTED_TOKEN',
]);
/** Characters that mean something else at the beginning of a value. */
const INDICATORS = '*&!%@`|>,?-{[';
const VALUE = /^\s*(?:- +)*(?:[\w.-]+\s*:\s+)?([^]*)/;

/**
 * What is wrong with a value in the line of an error that only needs quotes; null for any other error.
 * The value itself is not repeated: it may be a secret.
 */
function unquoted(source: string, offset: number): string | null {
  const start = source.lastIndexOf('\n', offset - 1) + 1;
  const [line = ''] = source.slice(start).split('\n', 1);
  const value = VALUE.exec(line)?.[1] ?? '';
  const [first = ''] = value;
  if (first !== '' && INDICATORS.includes(first)) {
    return `a value that begins with ${first} must be written in quotes, as in key: "${first}…"`;
  }
  if (first === '"' || first === "'") {
    return 'something follows the closing quote; put the whole value in one pair of quotes';
  }
  return /:\s/.test(value) ? 'a value with a colon and a space must be written in quotes' : null;
}

/** What follows in the same line is mostly a consequence. */
function firstOfEachLine(problems: readonly YamlProblem[]): readonly YamlProblem[] {
  return problems.filter(({ line }, at) => problems.findIndex((it) => it.line === line) === at);
}

const NO_YAML = 'is not valid yaml: ';

function isNoYaml({ text }: YamlProblem): boolean {
  return text.startsWith(NO_YAML);
}

class Reader {
  readonly problems: YamlProblem[] = [];
  duplicates = 0;
  readonly #counter: LineCounter;

  constructor(counter: LineCounter) {
    this.#counter = counter;
  }

  top(contents: Node | null): YamlEntry[] {
    if (contents === null || (isScalar(contents) && contents.value === '')) return [];
    if (isMap(contents)) return this.map(contents.items, 1);
    this.problem(contents.range?.[0] ?? 0, 'must be a map of key: value');
    return [];
  }

  problem(offset: number, text: string): void {
    const { line, col } = this.#counter.linePos(offset);
    this.problems.push({ line: Math.max(1, line), column: Math.max(1, col), text });
  }

  /** In yaml it is an error; the first ones are told. */
  duplicate(offset: number): void {
    this.duplicates += 1;
    if (this.duplicates <= MAX_PROBLEMS) this.problem(offset, `${NO_YAML}a key occurs twice`);
  }

  map(items: readonly { key: unknown; value: unknown }[], depth: number): YamlEntry[] {
    const entries: YamlEntry[] = [];
    const keys = new Set<string>();
    for (const { key, value } of items) {
      const offset = isNode(key) ? (key.range?.[0] ?? 0) : 0;
      if (!isScalar(key) || typeof key.value !== 'string') {
        this.problem(offset, 'has a key that is not text');
        continue;
      }
      if (keys.has(key.value)) this.duplicate(offset);
      keys.add(key.value);
      const { line, col } = this.#counter.linePos(offset);
      const children = isMap(value) ? this.children(value.items, offset, depth + 1) : [];
      const raw = isMap(value) ? mapOf(children) : this.raw(value, offset, depth + 1);
      entries.push({ key: key.value, value: raw, line, column: col, children });
    }
    return entries;
  }

  children(items: Parameters<Reader['map']>[0], near: number, depth: number): YamlEntry[] {
    if (depth <= MAX_DEPTH) return this.map(items, depth);
    this.problem(near, `is nested more than ${MAX_DEPTH} deep`);
    return [];
  }

  raw(node: unknown, near: number, depth: number): Raw {
    if (node === null || node === undefined) return '';
    if (depth > MAX_DEPTH) {
      this.problem(near, `is nested more than ${MAX_DEPTH} deep`);
      return '';
    }
    if (isNode(node) && !isAlias(node) && node.anchor !== undefined && isEmpty(node)) {
      this.problem(near, 'has a value that begins with &, an anchor in yaml: write it in quotes');
      return '';
    }
    if (isScalar(node)) return scalarText(node.value, node.type === 'PLAIN');
    // An item that cannot be read is left out, so that no rule finds fault with what stands for it.
    if (isSeq(node)) {
      return node.items.flatMap((item) => {
        const before = this.problems.length;
        const raw = this.raw(item, near, depth + 1);
        return this.problems.length > before ? [] : [raw];
      });
    }
    if (isMap(node)) return mapOf(this.map(node.items, depth + 1));
    const alias = 'has a value that begins with *, an alias in yaml: write it in quotes';
    this.problem(near, isAlias(node) ? alias : 'cannot be read');
    return '';
  }
}

function isEmpty(node: Node): boolean {
  return isScalar(node) && (node.value === '' || node.value === null);
}

function mapOf(entries: readonly YamlEntry[]): ReadonlyMap<string, Raw> {
  return new Map(entries.map(({ key, value }) => [key, value]));
}

function scalarText(value: unknown, isPlain: boolean): string {
  if (typeof value !== 'string') return '';
  return isPlain && /^(~|null|Null|NULL)$/.test(value) ? '' : value;
}
