import { attempt } from '../../errors.ts';

/** Deeper documents are shown as they are. */
const MAX_DEPTH = 200;
const INDENT = '  ';
const TOKEN = /[[\]{},:]|"(?:[^"\\]|\\.)*"|[^\s[\]{},:"]+/gy;
const SPACE = /\s*/y;

/** A parsed document whose scalars stay as written: no digit of a number is lost. */
type Node =
  | string
  | { readonly kind: 'array'; readonly elements: readonly Node[] }
  | { readonly kind: 'object'; readonly entries: ReadonlyMap<string, Node> };

/**
 * A JSON text with one field a line, its keys in the order of `like`, since the order of keys means
 * nothing; null for a text that is not JSON.
 */
export function jsonLines(text: string, like?: string): readonly string[] | null {
  const [root, model] = [parse(text), like === undefined ? null : parse(like)];
  return root === null ? null : print(model === null ? root : arranged(root, model));
}

// Private

function parse(text: string): Node | null {
  if (attempt(() => JSON.parse(text) as unknown, undefined) === undefined) return null;
  const tokens = tokensOf(text);
  let at = 0;
  // The text is known to be JSON from here on.
  const read = (depth: number): Node | null => {
    const token = tokens[at++] ?? '';
    if (token !== '[' && token !== '{') return token;
    if (depth >= MAX_DEPTH) return null;
    const end = token === '[' ? ']' : '}';
    const elements: Node[] = [];
    const entries = new Map<string, Node>();
    while (tokens[at] !== end) {
      if (tokens[at] === ',') at++;
      const key = token === '{' ? (tokens[at] ?? '') : '';
      if (token === '{') at += 2;
      const value = read(depth + 1);
      if (value === null) return null;
      if (token === '{') entries.set(key, value);
      else elements.push(value);
    }
    at++;
    return token === '[' ? { kind: 'array', elements } : { kind: 'object', entries };
  };
  return read(0);
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  let at = 0;
  for (;;) {
    SPACE.lastIndex = at;
    at += SPACE.exec(text)?.[0].length ?? 0;
    TOKEN.lastIndex = at;
    const [token] = TOKEN.exec(text) ?? [];
    if (token === undefined) return tokens;
    tokens.push(token);
    at += token.length;
  }
}

function arranged(node: Node, model: Node): Node {
  if (typeof node === 'string' || typeof model === 'string') return node;
  if (node.kind === 'array') {
    const models = model.kind === 'array' ? model.elements : [];
    const elements = node.elements.map((one, index) => arranged(one, models[index] ?? ''));
    return { kind: 'array', elements };
  }
  if (model.kind === 'array') return node;
  const entries = new Map<string, Node>();
  for (const key of [...model.entries.keys(), ...node.entries.keys()]) {
    const value = node.entries.get(key);
    if (value !== undefined) entries.set(key, arranged(value, model.entries.get(key) ?? ''));
  }
  return { kind: 'object', entries };
}

function print(root: Node): string[] {
  const lines: string[] = [];
  const write = (node: Node, before: string, indent: string, after: string): void => {
    const parts = typeof node === 'string' ? [] : partsOf(node);
    if (typeof node === 'string') lines.push(indent + before + node + after);
    else {
      const [open, close] = node.kind === 'array' ? '[]' : '{}';
      if (parts.length === 0) {
        lines.push(`${indent}${before}${open}${close}${after}`);
        return;
      }
      lines.push(`${indent}${before}${open}`);
      for (const [index, [key, value]] of parts.entries()) {
        write(value, key, indent + INDENT, index === parts.length - 1 ? '' : ',');
      }
      lines.push(`${indent}${close}${after}`);
    }
  };
  write(root, '', '', '');
  return lines;
}

function partsOf(node: Exclude<Node, string>): (readonly [before: string, value: Node])[] {
  if (node.kind === 'array') return node.elements.map((one) => ['', one] as const);
  return [...node.entries].map(([key, one]) => [`${key}: `, one] as const);
}
