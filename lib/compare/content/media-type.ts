import { type FlatHeaders, headerValues } from '../../model/headers.ts';

/** Types of one content: which of them a server names makes no difference to its users. */
const FAMILIES: Readonly<Record<string, string>> = {
  'text/json': 'application/json',
  'application/x-json': 'application/json',
  'text/x-json': 'application/json',
  'application/ndjson': 'application/x-ndjson',
  'application/jsonlines': 'application/x-ndjson',
  'application/x-jsonlines': 'application/x-ndjson',
  'application/jsonl': 'application/x-ndjson',
  'application/stream+json': 'application/x-ndjson',
  'application/json-lines': 'application/x-ndjson',
  'text/xml': 'application/xml',
  'application/xhtml+xml': 'text/html',
  'application/javascript': 'text/javascript',
  'application/x-javascript': 'text/javascript',
  'application/ecmascript': 'text/javascript',
  'text/ecmascript': 'text/javascript',
  'image/jpg': 'image/jpeg',
  'image/vnd.microsoft.icon': 'image/x-icon',
  'application/x-gzip': 'application/gzip',
  'application/x-zip-compressed': 'application/zip',
  'application/font-woff': 'font/woff',
  'application/x-font-woff': 'font/woff',
  'application/csv': 'text/csv',
  'text/x-yaml': 'application/yaml',
  'text/yaml': 'application/yaml',
  'application/x-yaml': 'application/yaml',
};
/** Of `….charset="…"`. */
const CHARSET = /;\s*charset\s*=\s*["']?([\w.:-]{1,40})/i;

/** The media type in lower case without parameters; empty when the header is absent. */
export function mediaType(headers: FlatHeaders): string {
  const value = headerValues(headers, 'content-type')[0] ?? '';
  const end = value.indexOf(';');
  return (end === -1 ? value : value.slice(0, end)).trim().toLowerCase();
}

/** True for `application/json` and every `…+json` (RFC 6839). */
export function isJsonType(type: string): boolean {
  return type === 'application/json' || FAMILIES[type] === 'application/json' || hasSuffix(type);
}

/** The declared charset in lower case, null where there is none. */
export function charsetOf(headers: FlatHeaders): string | null {
  const value = headerValues(headers, 'content-type')[0] ?? '';
  if (!value.includes(';')) return null;
  return CHARSET.exec(value)?.[1]?.toLowerCase() ?? null;
}

/** Whether users see the same type: the same, or two names of one; an absent type may be any. */
export function isSameType(left: string, right: string): boolean {
  if (left === right || left === '' || right === '') return true;
  return familyOf(left) === familyOf(right);
}

// Private

function familyOf(type: string): string {
  return FAMILIES[type] ?? (hasSuffix(type) ? 'application/json' : type);
}

function hasSuffix(type: string): boolean {
  return type.endsWith('+json') && type !== 'application/stream+json';
}
