import { LineCounter, parseDocument } from 'yaml';
import { withoutEndSlashes } from '../../lib/model/path-template.ts';
import { FormatError } from '../formats/format.ts';
import { checkTemplate } from '../formats/lists.ts';
import { shown } from '../problem.ts';
import { readTextFile } from './text-file.ts';
import { sentence } from './yaml-file.ts';
import { tooDeepAt } from './yaml-nesting.ts';

/** Parsing that much yaml takes a second; larger descriptions are kept in several files. */
const MAX_FILE_BYTES = 2 * 1024 * 1024;
const TOO_DEEP = 'cannot be read: it is nested too deep or repeats its aliases too often';
const MAX_ROUTES = 2000;
const MAX_PATH_CHARACTERS = 1000;
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'];

/** The endpoints of an OpenAPI file. */
export interface OpenApiFile {
  /** An absolute path. */
  readonly file: string;
  readonly routes: readonly string[];
  /** Why there are no routes, as the end of a sentence that begins with the file; null for none. */
  readonly problem: string | null;
}

/**
 * Reads the `paths` of an OpenAPI 2 or 3 file, JSON or YAML, as templates `GET /base/items/{id}`:
 * literal paths first, as the standard requires. The base path is that of `servers` or `basePath`.
 */
export function readOpenApi(file: string): OpenApiFile {
  const wrong = (problem: string) => ({ file, routes: [], problem });
  const found = readTextFile(file, MAX_FILE_BYTES);
  if (found.kind === 'missing') return wrong('does not exist');
  if (found.kind === 'problem') return wrong(`${lineOf(found.line)}${found.text}`);
  try {
    return { file, routes: routesOf(parse(found.text)), problem: null };
  } catch (error) {
    if (error instanceof FormatError) return wrong(error.message);
    throw error;
  }
}

// Private

/** JSON is yaml too, but parsing it as such takes a hundred times as long. */
function parse(text: string): unknown {
  if (text.trimStart().startsWith('{')) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      // Flow yaml, or broken: the other parser reports the line.
    }
  }
  const counter = new LineCounter();
  if (tooDeepAt(text) !== null) throw new FormatError(TOO_DEEP);
  try {
    const document = parseDocument(text, {
      lineCounter: counter,
      prettyErrors: false,
      logLevel: 'error',
      schema: 'failsafe',
      // The check takes quadratic time.
      uniqueKeys: false,
    });
    const [error] = document.errors;
    if (error === undefined) return document.toJS() as unknown;
    const { line } = counter.linePos(error.pos[0]);
    throw new FormatError(`${lineOf(line)}is not valid: ${sentence(error.code, error.message)}`);
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError(TOO_DEEP);
  }
}

function routesOf(document: unknown): readonly string[] {
  const top = mapOf(document);
  if (top === null || (!top.has('openapi') && !top.has('swagger'))) {
    throw new FormatError(
      'is not an OpenAPI file: it has neither "openapi" nor "swagger" at its top',
    );
  }
  const paths = mapOf(top.get('paths'));
  if (paths === null) throw new FormatError('has no map of "paths"');
  const bases = basePathsOf(top);
  const found: { readonly route: string; readonly parameters: number }[] = [];
  for (const [path, item] of paths) {
    if (path.startsWith('x-')) continue;
    for (const base of bases) {
      const template = templateOf(base, path);
      const parameters = template.split('{').length;
      for (const method of methodsOf(item)) {
        found.push({ route: `${method}${template}`, parameters });
      }
      if (found.length > MAX_ROUTES) {
        throw new FormatError(`has more than ${MAX_ROUTES} paths and methods`);
      }
    }
  }
  return found.sort((one, other) => one.parameters - other.parameters).map(({ route }) => route);
}

/** Each followed by a space; an item that is kept elsewhere covers every method. */
function methodsOf(item: unknown): readonly string[] {
  const keys = mapOf(item) ?? new Map<string, unknown>();
  const methods = METHODS.filter((method) => keys.has(method));
  return methods.length === 0 ? [''] : methods.map((method) => `${method.toUpperCase()} `);
}

function templateOf(base: string, path: string): string {
  const template = base + path;
  const wrongPath = (rule: string) => new FormatError(`has the path ${shown(path)}, which ${rule}`);
  if (template.length > MAX_PATH_CHARACTERS) {
    throw wrongPath(`is longer than ${MAX_PATH_CHARACTERS} characters`);
  }
  if (!path.startsWith('/')) throw wrongPath('does not begin with "/"');
  try {
    checkTemplate(template);
  } catch (error) {
    throw error instanceof FormatError ? wrongPath(error.message) : error;
  }
  return template;
}

/** The prefixes of all paths: the distinct paths of the servers' addresses, or '' without any. */
function basePathsOf(top: ReadonlyMap<string, unknown>): readonly string[] {
  const { servers, basePath } = Object.fromEntries(top);
  const urls = Array.isArray(servers) ? servers.map((one) => mapOf(one)?.get('url')) : [basePath];
  const bases = urls.flatMap((url) => (typeof url === 'string' ? [basePathOf(url)] : []));
  return bases.length === 0 ? [''] : [...new Set(bases)];
}

/** `/v1` of `https://{host}/v1/`, `/v1` and `v1/`. */
function basePathOf(url: string): string {
  const path = withoutEndSlashes(url.replace(/^[^/]*:?\/\/[^/]*/, ''));
  return path === '' || path.startsWith('/') ? path : `/${path}`;
}

function mapOf(value: unknown): ReadonlyMap<string, unknown> | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return new Map(Object.entries(value));
}

function lineOf(line: number | null): string {
  return line === null ? '' : `line ${line}: `;
}
