import type { Exchange } from '../../../model/exchange.ts';
import { type FlatHeaders, headerValues } from '../../../model/headers.ts';
import { pathOf } from '../../../model/path-template.ts';
import { stringsOf } from '../json-strings.ts';

/** Shorter values are never exchanged, except the last segments of paths that were created. */
const MIN_LENGTH = 8;
/** Larger requests are sent as they are. */
const MAX_BODY = 262_144;
const BEARER = /^(\w[\w-]*\s+)(\S+)$/;

/** Testing's value for one of running's; undefined: there is none. */
export type Lookup = (value: string) => string | undefined;

/** The request with each whole value that has a twin exchanged for it; the same object where none has. */
export function translated(exchange: Exchange, twinOf: Lookup, pathTwinOf: Lookup): Exchange {
  const headers = headersOf(exchange.headers, twinOf);
  const path = targetOf(exchange.path, twinOf, pathTwinOf);
  const body = bodyOf(exchange, twinOf);
  const isSame = headers === exchange.headers && path === exchange.path && body === exchange.body;
  return isSame ? exchange : { ...exchange, headers, path, body };
}

// Private

function headersOf(headers: FlatHeaders, twinOf: Lookup): FlatHeaders {
  let changed: string[] | null = null;
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const value = headers[index + 1] ?? '';
    if (value.length < MIN_LENGTH) continue;
    const name = (headers[index] ?? '').toLowerCase();
    const other = name === 'cookie' ? cookiesOf(value, twinOf) : headerOf(value, twinOf);
    if (other === value) continue;
    changed ??= [...headers];
    changed[index + 1] = other;
  }
  return changed ?? headers;
}

function headerOf(value: string, twinOf: Lookup): string {
  const twin = twinOf(value);
  if (twin !== undefined) return twin;
  const [, scheme = '', token = ''] = BEARER.exec(value) ?? [];
  return token === '' ? value : scheme + (twinOf(token) ?? token);
}

function cookiesOf(header: string, twinOf: Lookup): string {
  return header
    .split(';')
    .map((pair) => {
      const at = pair.indexOf('=') + 1;
      const value = pair.slice(at).trim();
      const bare = value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
      const twin = at === 0 ? undefined : twinOf(bare);
      return twin === undefined ? pair : pair.slice(0, at) + twin;
    })
    .join(';');
}

function targetOf(target: string, twinOf: Lookup, pathTwinOf: Lookup): string {
  const path = pathOf(target);
  const other = segmentsOf(path, twinOf, pathTwinOf);
  const query = target.slice(path.length);
  return query === '' ? other : `${other}?${pairsOf(query.slice(1), twinOf)}`;
}

/** Each segment by itself, and the last segment of a path that was created. */
function segmentsOf(path: string, twinOf: Lookup, pathTwinOf: Lookup): string {
  let before = '';
  let result = '';
  for (const segment of path.split('/').slice(1)) {
    before += `/${segment}`;
    const created = pathTwinOf(before);
    const twin = created ?? (segment.length < MIN_LENGTH ? undefined : twinOf(decoded(segment)));
    result += `/${twin === undefined ? segment : created === undefined ? encodeURIComponent(twin) : twin}`;
  }
  return result;
}

/** `name=value&…` of a query or a form. */
function pairsOf(text: string, twinOf: Lookup): string {
  return text
    .split('&')
    .map((pair) => {
      const at = pair.indexOf('=') + 1;
      if (at === 0 || pair.length - at < MIN_LENGTH) return pair;
      const twin = twinOf(decoded(pair.slice(at).replaceAll('+', ' ')));
      return twin === undefined ? pair : pair.slice(0, at) + encodeURIComponent(twin);
    })
    .join('&');
}

function bodyOf({ body, headers }: Exchange, twinOf: Lookup): Buffer | null {
  if (body === null || body.length > MAX_BODY) return body;
  const [type = ''] = headerValues(headers, 'content-type');
  const isForm = /x-www-form-urlencoded/i.test(type);
  if (!isForm && !/json/i.test(type)) return body;
  const text = body.toString('latin1');
  const other = isForm ? pairsOf(text, twinOf) : jsonOf(text, twinOf);
  return other === text ? body : Buffer.from(other, 'latin1');
}

function jsonOf(text: string, twinOf: Lookup): string {
  let result = text;
  for (const [, value] of stringsOf(text)) {
    const twin = value.length < MIN_LENGTH ? undefined : twinOf(value);
    if (twin !== undefined) result = result.replaceAll(`"${value}"`, () => JSON.stringify(twin));
  }
  return result;
}

function decoded(value: string): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
