import { createNames } from '../mask/names.ts';
import { isKeySegment } from '../mask/url.ts';
import { isIdentifier } from './segment.ts';

/** Parameters of a query that are read at all, and characters of it. */
const MAX_PARAMETERS = 16;
const MAX_QUERY = 2048;
const LONGEST_VALUE = 48;
/** A value that can be the name of an action: one or more words, also as a path or with dots. */
const WORDS = /^[A-Za-z][\w.:/~-]*$|^\/[\w.:/~-]*$/;
/** What is named like a credential is no name of an endpoint, and is never shown. */
const NAMES = createNames([], []);

/** The query of a request target, without the question mark; '' for none. */
export function queryOf(target: string): string {
  const start = target.indexOf('?');
  if (start === -1) return '';
  const end = target.indexOf('#', start);
  return target.slice(start + 1, end === -1 ? undefined : end);
}

/** The parameters of a query, the first of each name, as written. */
export function parametersOf(query: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const part of query.slice(0, MAX_QUERY).split('&', MAX_PARAMETERS)) {
    const at = part.indexOf('=');
    const name = at === -1 ? part : part.slice(0, at);
    if (name !== '' && !found.has(name)) found.set(name, at === -1 ? '' : part.slice(at + 1));
  }
  return found;
}

/** The value of one parameter as written, or null. */
export function parameterOf(query: string, name: string): string | null {
  if (!query.includes(name)) return null;
  return parametersOf(query).get(name) ?? null;
}

/** The value of a parameter as part of the name of an endpoint; null for an id, a key, or free text. */
export function valueName(parameter: string, written: string): string | null {
  if (written.length > LONGEST_VALUE || NAMES.kindOf(parameter) !== null) return null;
  const value = written.includes('%') ? decoded(written) : written;
  if (value === '') return '';
  if (!WORDS.test(value)) return null;
  for (const segment of value.split('/')) {
    if (isIdentifier(segment) || isKeySegment(segment, parameter, NAMES)) return null;
  }
  return value;
}

// Private

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
