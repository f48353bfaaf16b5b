import type { RawRequest } from '../http/request-head.ts';

const PSEUDO = ':';
/** What HTTP/1.1 can carry in a request line; HTTP/2 has no lines, and so says less. */
const TARGET = /^[\x21-\x7e\x80-\xff]+$/;
const METHOD = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * The head of an HTTP/2 request in the form of HTTP/1.1 (RFC 9113 sections 8.2.3 and 8.3.1): `:authority`
 * becomes Host, cookies that came in crumbs are one header again, and a body without a length is
 * marked as chunked. `flat` is as received, pseudo-headers first.
 */
export function http2Head(flat: readonly string[], hasBody: boolean): RawRequest {
  const pseudo = new Map<string, string>();
  const fields: string[] = [];
  let cookieAt = -1;
  let hasLength = false;
  for (let index = 0; index < flat.length; index += 2) {
    const [name = '', value = ''] = [flat[index], flat[index + 1]];
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
    // No target at all is refused.
    url: TARGET.test(path) && METHOD.test(method) ? path : '',
    rawHeaders,
    httpVersionMajor: 1,
    httpVersionMinor: 1,
  };
}

// Private

/** `:authority` stands for Host, and beats one that was sent besides. */
function withHost(authority: string, fields: readonly string[]): string[] {
  const headers = ['host', authority];
  for (let index = 0; index < fields.length; index += 2) {
    if (fields[index] === 'host') continue;
    headers.push(fields[index] ?? '', fields[index + 1] ?? '');
  }
  return headers;
}
