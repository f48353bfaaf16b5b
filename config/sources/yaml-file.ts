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
}

/**
 * Parses a yaml file into nested keys with their places. Every scalar stays text as written: `1.10`
 * is not a number here and `on` not a boolean; the key decides what its value means.
 */
export function parseYamlFile(source: string): YamlFile {
  const counter = new LineCounter();
  const reader = new Reader(counter);
  // The failsafe schema knows only text, lists and maps.
  const document = parseDocument(source, {
    schema: 'failsafe',
    lineCounter: counter,
    prettyErrors: false,
    logLevel: 'error',
  });
  for (const error of [...document.errors, ...document.warnings].slice(0, MAX_PROBLEMS)) {
    reader.problem(error.pos[0], `is not valid yaml: ${sentence(error.code, error.message)}`);
  }
  if (reader.problems.length > 0) return { entries: [], problems: reader.problems };
  return { entries: reader.top(document.contents), problems: reader.problems };
}

/** The library's words, without its quotes from the file: they may be secrets. */
export function sentence(code: string, message: string): string {
  if (code === 'DUPLICATE_KEY') return 'a key occurs twice';
  if (code === 'BAD_INDENT') return 'the indentation is wrong';
  if (code === 'TAB_AS_INDENT') return 'it is indented with a tab; use spaces';
  if (message.includes('call stack')) return 'it is nested too deep';
  if (code === 'MULTIPLE_DOCS') return 'it has more than one document';
  return message.split(/[:\n"']/, 1)[0]?.trim() ?? code;
}

// Private

class Reader {
  readonly problems: YamlProblem[] = [];
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

  map(items: readonly { key: unknown; value: unknown }[], depth: number): YamlEntry[] {
    const entries: YamlEntry[] = [];
    for (const { key, value } of items) {
      const offset = isNode(key) ? (key.range?.[0] ?? 0) : 0;
      if (!isScalar(key) || typeof key.value !== 'string') {
        this.problem(offset, 'has a key that is not text');
        continue;
      }
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
    if (isScalar(node)) return scalarText(node.value, node.type === 'PLAIN');
    if (isSeq(node)) return node.items.map((item) => this.raw(item, near, depth + 1));
    if (isMap(node)) return mapOf(this.map(node.items, depth + 1));
    this.problem(near, isAlias(node) ? 'is an alias; write out the value' : 'cannot be read');
    return '';
  }
}

function mapOf(entries: readonly YamlEntry[]): ReadonlyMap<string, Raw> {
  return new Map(entries.map(({ key, value }) => [key, value]));
}

function scalarText(value: unknown, isPlain: boolean): string {
  if (typeof value !== 'string') return '';
  return isPlain && /^(~|null|Null|NULL)$/.test(value) ? '' : value;
}
