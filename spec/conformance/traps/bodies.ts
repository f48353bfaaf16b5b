import { ask, reply, type Trap } from '../trap.ts';
import { changed } from './headers.ts';

const CHUNKED = 'Transfer-Encoding: chunked';
const HELLO = '5\r\nhello\r\n0\r\n\r\n';

const OF_REQUESTS: readonly Trap[] = [
  ...['GET', 'DELETE', 'POST', 'OPTIONS'].map((method) => ({
    name: `${method} with a chunked body`,
    request: `${ask(`${method} / HTTP/1.1`, CHUNKED)}${HELLO}`,
  })),
  ...['GET', 'DELETE', 'PUT', 'HEAD'].map((method) => ({
    name: `${method} with a body of known length`,
    request: `${ask(`${method} / HTTP/1.1`, 'Content-Length: 5')}hello`,
  })),
  { name: 'POST without a body', request: ask('POST / HTTP/1.1', 'Content-Length: 0') },
  {
    name: 'chunks with extensions, of many sizes',
    request: `${ask('PUT / HTTP/1.1', CHUNKED)}1;a=b\r\nx\r\n00002\r\nyz\r\nA;b="q q"\r\n0123456789\r\n0\r\n\r\n`,
  },
  {
    name: 'a body of bytes that look like a request',
    request: `${ask('POST / HTTP/1.1', 'Content-Length: 33')}GET /x HTTP/1.1\r\nHost: inside\r\n\r\n`,
  },
  {
    name: 'trailers of a request',
    request: `${ask('POST / HTTP/1.1', CHUNKED, 'Trailer: X-Sum, x-LAST')}5\r\nhello\r\n0\r\nX-Sum: 7\r\nx-LAST: \xe9\r\n\r\n`,
  },
  {
    name: 'trailers of a request that try to be headers',
    request: `${ask('POST / HTTP/1.1', CHUNKED, 'Trailer: X-Sum, Host, X-Forwarded-For, X-Vili-Mirror')}5\r\nhello\r\n0\r\nX-Sum: 7\r\nX-Forwarded-For: 1.1.1.1\r\nHost: evil\r\nX-Vili-Mirror: test\r\n\r\n`,
    differs: {
      since: 'such names are not allowed in trailers (RFC 9110 section 6.5.1)',
      seen: (direct) => direct.map((seen) => ({ ...seen, trailers: [['X-Sum', '7']] })),
    },
  },
];

const OF_RESPONSES: readonly Trap[] = [
  {
    name: 'HEAD with Content-Length',
    request: ask('HEAD / HTTP/1.1'),
    play: { bytes: reply('200 OK', ['Content-Length: 10', 'ETag: "x"']) },
  },
  {
    name: 'HEAD with chunks announced',
    request: ask('HEAD / HTTP/1.1'),
    play: { bytes: reply('200 OK', [CHUNKED, 'ETag: "x"']) },
  },
  {
    name: '204',
    request: ask('DELETE / HTTP/1.1'),
    play: { bytes: reply('204 No Content', ['X-End: 1']) },
  },
  {
    name: '304 with Content-Length',
    request: ask('GET / HTTP/1.1'),
    play: { bytes: reply('304 Not Modified', ['Content-Length: 10', 'ETag: "x"']) },
  },
  {
    name: 'chunks',
    request: ask('GET / HTTP/1.1'),
    play: { bytes: reply('200 OK', [CHUNKED], '2\r\nok\r\n3;x=y\r\n!\r\n\r\n0\r\n\r\n'), piece: 9 },
  },
  {
    name: 'trailers of a response, announced and accepted',
    request: ask('GET / HTTP/1.1', 'TE: trailers', 'Connection: TE'),
    play: {
      bytes: reply(
        '200 OK',
        [CHUNKED, 'Trailer: X-Sum'],
        '2\r\nok\r\n0\r\nX-Sum: 7\r\nx-Odd: \xe9\r\n\r\n',
      ),
    },
  },
  {
    name: 'Trailer next to a Content-Length',
    request: ask('GET / HTTP/1.1'),
    play: { bytes: reply('200 OK', ['Trailer: X-Sum', 'Content-Length: 2'], 'ok') },
    differs: {
      since: 'no trailers can follow, so none are announced',
      outcome: changed((response) => ({
        ...response,
        headers: response.headers.filter(([name]) => name !== 'Trailer'),
      })),
    },
  },
  {
    name: 'a response with a body to OPTIONS',
    request: ask('OPTIONS /x HTTP/1.1'),
    play: { bytes: reply('200 OK', ['Allow: GET', 'Content-Length: 2'], 'ok') },
  },
  {
    name: 'an early 413 while the client still sends',
    request: [
      `${ask('POST / HTTP/1.1', 'Content-Length: 300000')}${'x'.repeat(200_000)}`,
      'x'.repeat(100_000),
    ],
    play: {
      bytes: reply('413 Too Large', ['Content-Length: 3', 'Connection: close'], 'big'),
      early: true,
      ending: 'end',
    },
    differs: {
      since: "only Vili's connection to running ends; the client's stays open",
      outcome: (direct) => ({ ...direct, connection: 'kept' }),
    },
  },
];

export const BODIES: readonly Trap[] = [...OF_REQUESTS, ...OF_RESPONSES];
