import { PARAMETER } from '../../model/path-template.ts';
import { parametersOf, queryOf, valueName } from './query.ts';
import { createRouteMatcher } from './routes.ts';

/** The path part of a matching template, and the parameters that tell its requests apart. */
export interface QueryMatch {
  readonly path: string;
  readonly parts: readonly { readonly name: string; readonly value: string | null }[];
}

interface Wanted {
  readonly name: string;
  /** Null for a parameter of which each value is an endpoint. */
  readonly value: string | null;
}

export type QueryRoutes = (method: string, path: string, query: string) => QueryMatch | null;

/**
 * Parses templates with a query, such as `GET /doku.php?do={do}`: each value of `do` is an endpoint of its own.
 * `?do=show` is the endpoint of one value. Templates without a query are left out.
 */
export function createQueryRoutes(templates: readonly string[]): QueryRoutes {
  const wanted = new Map<string, Wanted[][]>();
  const paths: string[] = [];
  for (const template of templates) {
    const query = queryOf(template);
    if (query === '') continue;
    const path = template.slice(0, template.indexOf('?')).trim();
    const key = path.slice(path.indexOf(' ') + 1).trim();
    paths.push(path);
    wanted.set(key, [...(wanted.get(key) ?? []), query.split('&').map(wantedOf)]);
  }
  if (paths.length === 0) return () => null;
  const matchPath = createRouteMatcher(paths);
  return (method, target, query) => {
    const path = matchPath(method, target.split('/'));
    if (path === null) return null;
    const given = parametersOf(query);
    for (const all of wanted.get(path.slice(path.indexOf(' ') + 1)) ?? []) {
      const parts = partsOf(all, given);
      if (parts !== null) return { path, parts };
    }
    return null;
  };
}

// Private

function wantedOf(part: string): Wanted {
  const at = part.indexOf('=');
  if (at === -1) return { name: part, value: '' };
  const value = part.slice(at + 1);
  return { name: part.slice(0, at), value: PARAMETER.test(value) ? null : value };
}

/** Null unless every literal is there, and at least one parameter. */
function partsOf(
  wanted: readonly Wanted[],
  given: ReadonlyMap<string, string>,
): QueryMatch['parts'] | null {
  const parts: { name: string; value: string | null }[] = [];
  for (const { name, value } of wanted) {
    const written = given.get(name);
    if (value !== null && written !== value) return null;
    if (written !== undefined) parts.push({ name, value: valueName(name, written) });
  }
  return parts.length === 0 ? null : parts;
}
