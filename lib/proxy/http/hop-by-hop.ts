import { type FlatHeaders, HOP_BY_HOP, pairsOf } from '../../model/headers.ts';

/** After the body it could only contradict what was received, and an interim response has no body. */
const LENGTH = 'content-length';
/** Never removed by nomination: without them the message would become a different one. */
const ESSENTIAL: ReadonlySet<string> = new Set(['host', LENGTH]);
/** The usual values, which nominate nothing that could still be present. */
const COMMON: ReadonlySet<string> = new Set(['', 'keep-alive', 'close', 'Keep-Alive', 'Close']);
/** The header with the daemon's token is named after the one that marks a copy. */
export const TOKEN_SUFFIX = '-Token';

/** A pattern for a list header, such as `Connection`, that contains this item. */
export function listing(item: string): RegExp {
  return new RegExp(`(?:^|,)\\s*${item}\\s*(?:,|$)`, 'i');
}

/** The items of a list header, without the empty ones. */
export function itemsOf(list: string): string[] {
  return list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/**
 * Removes the headers that `Connection` nominates from a flat header array, in place
 * (RFC 9110 section 7.6.1).
 */
export function stripNominated(headers: string[], connection: string): void {
  if (COMMON.has(connection)) return;
  const names = new Set(itemsOf(connection.toLowerCase()));
  let kept = 0;
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? '';
    const lowerName = name.toLowerCase();
    if (names.has(lowerName) && !ESSENTIAL.has(lowerName)) continue;
    headers[kept] = name;
    headers[kept + 1] = headers[index + 1] ?? '';
    kept += 2;
  }
  headers.length = kept;
}

/** What goes on of the fields of a response that frame nothing: its trailers, or an interim head (`Connection` given). */
export function endToEndFields(fields: FlatHeaders, connection: string): FlatHeaders {
  const kept: string[] = [];
  for (const [name, value] of pairsOf(fields)) {
    const lowerName = name.toLowerCase();
    if (!HOP_BY_HOP.has(lowerName) && lowerName !== LENGTH) kept.push(name, value);
  }
  stripNominated(kept, connection);
  return kept;
}
