import { type FlatHeaders, pairsOf } from '../../model/headers.ts';
import { TOKEN } from '../http/headers.ts';
import type { RawRequest } from '../http/request-head.ts';

const PSEUDO = ':';
/** The targets that an HTTP/1.1 request line can carry; HTTP/2 has no lines and allows more. */
const TARGET = /^[\x21-\x7e\x80-\xff]+$/;

/**
 * The head of an HTTP/2 request in the form of HTTP/1.1 (RFC 9113 sections 8.2.3 and 8.3.1): `:authority`
 * becomes Host, split cookies are joined into one header, and a body without a length is marked as chunked.
 * `flat` is as received, pseudo-headers first.
 */
export function http2Head(flat: FlatHeaders, hasBody: boolean): RawRequest {
  const pseudo = new Map<string, string>();
  const fields: string[] = [];
  let cookieAt = -1;
  let hasLength = false;
  for (const [name, value] of pairsOf(flat)) {
    if (name.startsWith(PSEUDO)) pseudo.set(name, value);
    else if (name === 'cookie' && cookieAt >= 0) fields[cookieAt] += `; ${value}`;
    else {
      if (name === 'cookie') cookieAt = fields.length + 1;
      hasLength ||= name === 'content-length';
      fields.push(name, value);
    }
  }
  const authority = pseudo.get(':authority');
  const [method = '', path = ''] = [pseudo.get(':method'), pseudo.get(':path')];
  const rawHeaders = authority === undefined ? fields : withHost(authority, fields);
  if (hasBody && !hasLength) rawHeaders.push('transfer-encoding', 'chunked');
  return {
    method,
    // An empty target is rejected.
    url: TARGET.test(path) && TOKEN.test(method) ? path : '',
    rawHeaders,
    httpVersionMajor: 1,
    httpVersionMinor: 1,
  };
}

// Private

/** `:authority` becomes Host and overrides one that was also sent. */
function withHost(authority: string, fields: FlatHeaders): string[] {
  const others = pairsOf(fields).filter(([name]) => name !== 'host');
  return ['host', authority, ...others.flat()];
}
