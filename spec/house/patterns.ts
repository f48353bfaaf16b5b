import { RegExpParser } from '@eslint-community/regexpp';
import { type AnyNode, type Node, parse } from 'acorn';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { analyse } from 'scslre';

/** The compiled sources: comments and types are gone, regular expressions are as written. */
const COMPILED = fileURLToPath(new URL('../../', import.meta.url));
const FOLDERS = ['lib', 'config', 'actors'];

/** A regular expression of the sources, as it is written there. */
export interface Pattern {
  /** Without its ending, `lib/proxy/route`. */
  readonly file: string;
  readonly text: string;
}

/** Every literal regular expression of `lib`, `config` and `actors`. */
export async function readPatterns(): Promise<readonly Pattern[]> {
  const patterns: Pattern[] = [];
  for (const folder of FOLDERS) {
    const entries = await readdir(join(COMPILED, folder), { recursive: true });
    for (const entry of entries.filter((name) => name.endsWith('.js')).toSorted()) {
      const source = await readFile(join(COMPILED, folder, entry), 'utf8');
      const file = join(folder, entry.slice(0, -'.js'.length));
      patterns.push(...patternsIn(source).map((text) => ({ file, text })));
    }
  }
  return patterns;
}

/** The literal regular expressions of a module. */
export function patternsIn(source: string): readonly string[] {
  const found: string[] = [];
  const visit = (node: AnyNode): void => {
    if (node.type === 'Literal' && 'regex' in node && node.raw !== undefined) found.push(node.raw);
    for (const part of Object.values(node).flat()) if (isNode(part)) visit(part);
  };
  visit(parse(source, { ecmaVersion: 'latest', sourceType: 'module' }));
  return found;
}

/** True for a pattern whose time may grow with the square of the length of a text that it does not match, or faster. */
export function isSlow(pattern: string): boolean {
  const literal = new RegExpParser({ ecmaVersion: 2022 }).parseLiteral(pattern);
  return analyse(literal, { maxReports: 1 }).reports.length > 0;
}

// Private

function isNode(part: unknown): part is AnyNode {
  return typeof (part as Node | null | undefined)?.type === 'string';
}
