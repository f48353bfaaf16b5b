import { type FlatHeaders, headerValues } from '../../model/headers.ts';
import type { StickyKey } from '../../model/traffic-rules.ts';

/** FNV-1a, 32 bits. */
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const POSITIONS = 2 ** 32;

/** The value that identifies the user of a request, '' when there is none. */
export function stickyValue(headers: FlatHeaders, { kind, name }: StickyKey): string {
  const isCookie = kind === 'cookie';
  for (const value of headerValues(headers, isCookie ? 'cookie' : name.toLowerCase())) {
    const text = isCookie ? cookie(value, name) : value.trim();
    if (text !== '') return text;
  }
  return '';
}

/**
 * The position of a value between 0 and 1, the same at every call and after a restart. Positions below the
 * sample are in it, so a larger sample keeps everybody who was in the smaller one.
 */
export function positionOf(value: string): number {
  let hash = FNV_OFFSET;
  for (let index = 0; index < value.length; index++) {
    hash = Math.imul(hash ^ value.charCodeAt(index), FNV_PRIME);
  }
  // FNV leaves the last characters in the low bits only; the final mix of murmur3 spreads them.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / POSITIONS;
}

// Private

/** The value of one cookie of a `Cookie` header (RFC 6265 section 4.2); names are case-sensitive. */
function cookie(header: string, name: string): string {
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=');
    if (at >= 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return '';
}
