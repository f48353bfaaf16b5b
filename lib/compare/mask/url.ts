import type { Names } from './names.ts';
import { isNoSecret, isOpaque, isOrdinaryInUrl, MARK, maskShapes } from './values.ts';

/** Escapes within escapes that are looked into; deeper ones are masked as a whole. */
const MAX_ESCAPES = 4;
/** Segments of a path after which a key may stand: `/password-reset/KEY`. */
const KEY_FOLLOWS = /^(?:re)?(?:set|verify|activate|confirm|invit|magic|unlock)/;
const AUTHORITY = /^([a-z][a-z\d+.-]{0,30}:)?\/\/[^/?#]*/i;

export interface UrlMasking {
  readonly names: Names;
  /** Whether the operator names this parameter. */
  isMasked(name: string): boolean;
  /** What remains of a value whose name says nothing. */
  readonly maskValue: (value: string) => string;
}

/** A URL or a path with its query: user, matrix parameters, query and fragment. */
export function maskUrl(url: string, masking: UrlMasking): string {
  const hash = url.indexOf('#');
  const fragment = hash === -1 ? '' : `#${maskFragment(url.slice(hash + 1), masking)}`;
  const target = hash === -1 ? url : url.slice(0, hash);
  const mark = target.indexOf('?');
  const query = mark === -1 ? '' : `?${maskForm(target.slice(mark + 1), masking)}`;
  const path = mark === -1 ? target : target.slice(0, mark);
  const origin = AUTHORITY.exec(path)?.[0] ?? '';
  return maskUser(origin) + maskPath(path.slice(origin.length), masking) + query + fragment;
}

/** Whether a segment of a path is a key, by its form and by the segment before. */
export function isKeySegment(segment: string, before: string, names: Names): boolean {
  if (!isOpaque(segment)) return false;
  const name = before.replace(/s$/, '');
  return KEY_FOLLOWS.test(name) || names.kindOf(name) === 'secret';
}

/** Parameters of a query, a form or a fragment. */
export function maskForm(form: string, masking: UrlMasking): string {
  return form
    .split('&')
    .map((part) => maskParameter(part, masking))
    .join('&');
}

/** The user and password of a URL. */
export function maskUser(origin: string): string {
  const end = origin.lastIndexOf('@');
  if (end === -1) return origin;
  const begin = origin.indexOf('//') + 2;
  const user = origin.slice(begin, end);
  const colon = user.indexOf(':');
  if (colon === -1)
    return isOpaque(user) ? origin.slice(0, begin) + MARK + origin.slice(end) : origin;
  return origin.slice(0, begin + colon + 1) + MARK + origin.slice(end);
}

/** Without its escapes, however often they were escaped; null when they go too deep. */
export function unescaped(text: string): string | null {
  let current = text.replaceAll('+', ' ');
  for (let depth = 0; depth < MAX_ESCAPES; depth++) {
    if (!current.includes('%')) return current;
    const next = decodedOnce(current);
    if (next === current) return current;
    current = next;
  }
  return null;
}

/** Each escape by itself, since one that is wrong must not hide the others. */
export function decodedOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replace(/(?:%[\da-f]{2})+/gi, (escapes) => {
      const bytes = Buffer.from(escapes.replaceAll('%', ''), 'hex');
      return bytes.toString('utf8');
    });
  }
}

// Private

function maskFragment(fragment: string, masking: UrlMasking): string {
  const mark = fragment.indexOf('?');
  if (mark === -1) return maskForm(fragment, masking);
  const [path, query] = [fragment.slice(0, mark), fragment.slice(mark + 1)];
  return `${maskPath(path, masking)}?${maskForm(query, masking)}`;
}

function maskPath(path: string, masking: UrlMasking): string {
  const segments = path.split('/');
  return segments
    .map((segment, index) => {
      const [first = '', ...parameters] = segment.split(';');
      const masked = parameters.map((one) => `;${maskParameter(one, masking)}`);
      return maskSegment(first, segments[index - 1] ?? '', masking) + masked.join('');
    })
    .join('/');
}

function maskSegment(segment: string, before: string, { names }: UrlMasking): string {
  const plain = segment.includes('%') ? (unescaped(segment) ?? MARK) : segment;
  if (plain === MARK || maskShapes(plain) !== plain) return MARK;
  return isKeySegment(plain, before, names) ? MARK : segment;
}

function maskParameter(part: string, masking: UrlMasking): string {
  const at = part.indexOf('=');
  if (at === -1) return isClean(part, masking) ? part : MARK;
  const [written, value] = [part.slice(0, at), part.slice(at + 1)];
  const name = unescaped(written);
  if (name === null || maskShapes(name) !== name) return MARK;
  const masked = `${written}=${MARK}`;
  if (masking.isMasked(name)) return masked;
  const kind = masking.names.kindOf(name);
  if (kind === null) return isClean(value, masking) ? part : masked;
  const plain = unescaped(value) ?? MARK;
  if (plain === '' || isNoSecret(plain)) return part;
  if (kind === 'line' || kind === 'secret') return masked;
  if (kind === 'unsure' ? !isOrdinaryInUrl(plain) : isOpaque(plain)) return masked;
  return isClean(value, masking) ? part : masked;
}

/** A value that holds a URL, a document or a key is masked as a whole. */
function isClean(value: string, { maskValue }: UrlMasking): boolean {
  if (value === '') return true;
  const plain = unescaped(value);
  if (plain === null || maskValue(plain) !== plain) return false;
  // A value that is not escaped may have been cut at what looks like an escape.
  return plain === value || maskValue(value) === value;
}
