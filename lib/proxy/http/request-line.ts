const SLASH = 0x2f;
const ABSOLUTE = /^https?:\/\/([^/?#]+)([^]*)/i;

/** The target of a request. `authority` is set in the absolute form only and then overrides Host. */
export interface RequestTarget {
  readonly path: string;
  readonly authority: string | null;
}

/**
 * Reads a request target (RFC 9112 section 3.2): the origin form is kept verbatim, the absolute form loses
 * scheme and authority, `*` is for OPTIONS. Null for anything else.
 */
export function readTarget(url: string, method: string): RequestTarget | null {
  if (url.charCodeAt(0) === SLASH) return { path: url, authority: null };
  if (url === '*') return method === 'OPTIONS' ? { path: url, authority: null } : null;
  const match = ABSOLUTE.exec(url);
  if (match === null) return null;
  const [, authority = '', rest = ''] = match;
  // RFC 9112 section 3.2.4: an absolute form without a path means `*` for OPTIONS and `/` for other methods.
  if (rest === '' && method === 'OPTIONS') return { path: '*', authority };
  return { path: rest.startsWith('/') ? rest : `/${rest}`, authority };
}
