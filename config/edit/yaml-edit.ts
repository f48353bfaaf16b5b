import { isPair, isScalar, isSeq, parseDocument, visit } from 'yaml';
import { type Edited, lineEndOf } from './edited.ts';
import { parseYamlFile, type YamlEntry } from '../sources/yaml-file.ts';

/**
 * Adds a rule to `compare.rules` of a `vili.yaml`: to its list or text, or in a new last line. Null when the new file
 * would not be read back with exactly that and everything else as it was.
 */
export function editYaml(
  source: string,
  line: number | null,
  value: string,
  rule: string,
  comment: string,
): Edited | null {
  const candidates =
    line === null ? [appended(source, rule, comment)] : changed(source, line, value, rule, comment);
  const others = JSON.stringify(without(source));
  const rules = value === '' ? rule : `${value}; ${rule}`;
  const found = candidates.find(
    ({ text }) => JSON.stringify(without(text)) === others && rulesIn(text) === rules,
  );
  return found ?? null;
}

// Private

function changed(
  source: string,
  line: number,
  value: string,
  rule: string,
  comment: string,
): readonly Edited[] {
  const found: Edited[] = [];
  const start = startOfLine(source, line);
  const indent = /^[ ]*/.exec(source.slice(start))?.[0] ?? '';
  const end = lineEndOf(source);
  visit(parseDocument(source, { schema: 'failsafe', logLevel: 'error' }), {
    Pair(_, pair) {
      if (!isPair(pair) || !isScalar(pair.key)) return undefined;
      const keyAt = pair.key.range?.[0] ?? -1;
      if (keyAt < start || source.slice(start, keyAt).includes('\n')) return undefined;
      const { value: node } = pair;
      if (isSeq(node) && node.range && node.flow !== true) {
        const last = node.items.at(-1);
        const lastEnd = isScalar(last) ? (last.range?.[1] ?? 0) : 0;
        if (lastEnd === 0) return visit.BREAK;
        const feed = source.indexOf('\n', lastEnd - 1);
        const at = feed < 0 ? source.length : feed + 1;
        const gap = feed < 0 ? end : '';
        const inner = ' '.repeat(node.range[0] - startOfLineAt(source, node.range[0]));
        const after = `${inner}# ${comment}${end}${inner}- ${JSON.stringify(rule)}`;
        const text = `${source.slice(0, at)}${gap}${after}${end}${source.slice(at)}`;
        found.push({ text, line: lineAt(text, at) + 1, before: null, after });
      } else if (isScalar(node) && node.range) {
        const [from, to] = node.range;
        const both = JSON.stringify(value === '' ? rule : `${value}; ${rule}`);
        const rest = /^\s*$/.test(source.slice(from, to)) ? ' ' : '';
        const tail = source.slice(from, to).endsWith('\n') ? end : '';
        const text = `${source.slice(0, start)}${indent}# ${comment}${end}${source.slice(start, from)}${rest}${both}${tail}${source.slice(to)}`;
        const before = source.slice(start, to).trimEnd();
        const after = `${indent}# ${comment}\n${source.slice(start, from)}${both}`;
        found.push({ text, line: line + 1, before, after });
      }
      return visit.BREAK;
    },
  });
  return found;
}

function appended(source: string, rule: string, comment: string): Edited {
  const end = lineEndOf(source);
  const gap = source === '' || source.endsWith('\n') ? '' : end;
  const after = `# ${comment}${end}compare.rules: ${JSON.stringify(rule)}`;
  const text = `${source}${gap}${after}${end}`;
  return { text, line: text.split('\n').length - 1, before: null, after };
}

/** Everything that the file says beside the rules. */
function without(source: string): unknown {
  const { entries, problems, isReadable } = parseYamlFile(source);
  return {
    entries: entries.flatMap((entry) => plain(entry, '')),
    problems: problems.length,
    isReadable,
  };
}

function plain({ key, value, children }: YamlEntry, prefix: string): unknown[] {
  const name = `${prefix}${key}`;
  if (name === 'compare.rules') return [];
  if (children.length > 0) return children.flatMap((child) => plain(child, `${name}.`));
  return [[name, value instanceof Map ? [...value] : value]];
}

/** As `value` of `editYaml`. */
function rulesIn(source: string): string {
  const find = (entries: readonly YamlEntry[], prefix: string): YamlEntry | undefined =>
    entries.find(({ key }) => `${prefix}${key}` === 'compare.rules') ??
    entries
      .filter(({ key }) => `${prefix}${key}` === 'compare')
      .map(({ children }) => find(children, 'compare.'))
      .find((entry) => entry !== undefined);
  const value = find(parseYamlFile(source).entries, '')?.value;
  const items =
    typeof value === 'string' ? value.split(/[;\n]/) : Array.isArray(value) ? value : [];
  const texts = items.flatMap((item: unknown) => (typeof item === 'string' ? item.trim() : []));
  return texts.filter((item) => item !== '').join('; ');
}

function startOfLine(source: string, line: number): number {
  let start = 0;
  for (let at = 1; at < line; at++) start = source.indexOf('\n', start) + 1;
  return start;
}

function startOfLineAt(source: string, offset: number): number {
  return source.lastIndexOf('\n', offset - 1) + 1;
}

function lineAt(source: string, offset: number): number {
  return source.slice(0, offset).split('\n').length;
}
