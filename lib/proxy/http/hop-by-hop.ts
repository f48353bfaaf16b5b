/** Never taken out on a nomination: without them the message would become another one. */
const ESSENTIAL: ReadonlySet<string> = new Set(['host', 'content-length']);
/** The everyday values, which nominate nothing that could still be there. */
const COMMON: ReadonlySet<string> = new Set(['', 'keep-alive', 'close', 'Keep-Alive', 'Close']);

/**
 * Takes the headers that `Connection` nominates out of a flat header array, in place
 * (RFC 9110 section 7.6.1).
 */
export function stripNominated(headers: string[], connection: string): void {
  if (COMMON.has(connection)) return;
  const names = new Set(
    connection
      .toLowerCase()
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '' && !ESSENTIAL.has(name)),
  );
  let kept = 0;
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? '';
    if (names.has(name.toLowerCase())) continue;
    headers[kept] = name;
    headers[kept + 1] = headers[index + 1] ?? '';
    kept += 2;
  }
  headers.length = kept;
}

/** Joins the values of a repeated header as RFC 9110 section 5.3 does. */
export function joined(before: string, value: string): string {
  return before === '' ? value : `${before}, ${value}`;
}

/** The header that holds the daemon's token is named after the one that marks a copy. */
export const TOKEN_SUFFIX = '-Token';
