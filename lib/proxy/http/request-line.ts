const SLASH = 0x2f;
const ABSOLUTE = /^https?:\/\/([^/?#]+)([^]*)$/i;

/** Where a request wants to go. `authority` is set in the absolute form only and then beats Host. */
export interface RequestTarget {
  readonly path: string;
  readonly authority: string | null;
}

/**
 * Reads a request target (RFC 9112 section 3.2): the origin form goes on verbatim, the absolute form
 * loses scheme and authority, `*` is for OPTIONS. Null for anything else.
 */
export function readTarget(url: string, method: string): RequestTarget | null {
  if (url.charCodeAt(0) === SLASH) return { path: url, authority: null };
  if (url === '*') return method === 'OPTIONS' ? { path: url, authority: null } : null;
  const match = ABSOLUTE.exec(url);
  if (match === null) return null;
  const rest = match[2] ?? '';
  // RFC 9112 section 3.2.4: an absolute form without path means `*` for OPTIONS and `/` for others.
  if (rest === '' && method === 'OPTIONS') return { path: '*', authority: match[1] ?? '' };
  return { path: rest.startsWith('/') ? rest : `/${rest}`, authority: match[1] ?? '' };
}
