import type { Exchange } from '../../model/exchange.ts';
import { type FlatHeaders, pairsOf } from '../../model/headers.ts';

/**
 * Conditions name validators (an ETag, a date) that only running may know: each process, or each build,
 * may have its own (RFC 9110, 13; RFC 6638).
 */
const CONDITIONS: ReadonlySet<string> = new Set([
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
  'if-range',
  'if-schedule-tag-match',
]);
/** Of WebDAV (RFC 4918): a list of ETags, or of lock tokens, which stand in `<>` and are no validators. */
const LIST_CONDITION = 'if';
const NONE: ReadonlySet<string> = new Set();
const NOT_MODIFIED = 304;
const PARTIAL = 206;
const PRECONDITION_FAILED = 412;

/**
 * Headers that a copy goes without, so that both versions respond in full and bodies are compared. What
 * running refused by its condition keeps it: without it, testing would do what running did not.
 */
export function conditionsOf({ headers, status }: Exchange): ReadonlySet<string> {
  if (status === PRECONDITION_FAILED) return NONE;
  let found: Set<string> | null = null;
  for (const [name, value] of pairsOf(headers)) {
    const key = name.toLowerCase();
    if (!key.startsWith('if')) continue;
    if (!CONDITIONS.has(key) && !(key === LIST_CONDITION && !value.includes('<'))) continue;
    found ??= new Set();
    found.add(key);
    // Running had another version of it than the client, and sent all of it.
    if (key === 'if-range' && status !== PARTIAL) found.add('range');
  }
  return found ?? NONE;
}

/** The client has the content already, as running told it. */
export function isRevalidation(exchange: Exchange): boolean {
  if (exchange.status !== NOT_MODIFIED) return false;
  return hasAny(exchange.headers, ['if-none-match', 'if-modified-since']);
}

// Private

function hasAny(headers: FlatHeaders, wanted: readonly string[]): boolean {
  for (const [name] of pairsOf(headers)) if (wanted.includes(name.toLowerCase())) return true;
  return false;
}
