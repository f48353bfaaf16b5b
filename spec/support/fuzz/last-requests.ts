import { MALFORMED } from '../malformed-requests.ts';

const CHUNKS = '5\r\nhello\r\n0\r\n\r\n';

function post(headers: string, body = CHUNKS, version = '1.1'): string {
  return `POST /bad HTTP/${version}\r\nHost: a\r\n${headers}\r\n\r\n${body}`;
}

/** Requests that the proxy rejects, and after whose response it closes the connection. */
export const REJECTED: readonly (readonly [string, string])[] = [
  ...MALFORMED.map(([name, text]) => [name, text.replace(' / ', ' /bad ')] as const),
  ['gzip, chunked', post('Transfer-Encoding: gzip, chunked')],
  ['an empty coding with a length', post('Transfer-Encoding:\r\nContent-Length: 5', 'hello')],
  ['identity, chunked', post('Transfer-Encoding: identity, chunked')],
  ['two codings', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked')],
  ['chunked in HTTP/1.0', post('Transfer-Encoding: chunked', CHUNKS, '1.0')],
  ['an over-long length', post('Content-Length: 9999999999999999', 'hello')],
  [
    'a coding within an upgrade',
    post('Connection: upgrade\r\nUpgrade: x\r\nTransfer-Encoding: gzip, chunked'),
  ],
  ['no Host within an upgrade', 'GET /bad HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
  ['no Host', 'GET /bad HTTP/1.1\r\n\r\n'],
  ['two Hosts', 'GET /bad HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n'],
  ['an unknown expectation', 'GET /bad HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n'],
  ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['too many headers', `GET /bad HTTP/1.1\r\nHost: a\r\n${'a: b\r\n'.repeat(600)}\r\n`],
  ['too large a head', `GET /bad HTTP/1.1\r\nHost: a\r\nx: ${'y'.repeat(70_000)}\r\n\r\n`],
];

/** Requests that are forwarded, and are the last ones of their connection. */
export const CLOSING: readonly (readonly [string, string])[] = [
  ['Connection: close', 'GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
  ['HTTP/1.0', 'GET /last HTTP/1.0\r\nHost: a\r\n\r\n'],
];
