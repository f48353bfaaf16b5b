import type { Outcome } from '../outcome.ts';
import { ask, OK, reply, type Trap } from '../trap.ts';

const STRAY =
  'a proxy that handles Expect itself forwards no 100, which this client does not expect (RFC 9110 15.2)';

export const INTERIM: readonly Trap[] = [
  {
    name: 'Expect: 100-continue',
    request: [ask('POST / HTTP/1.1', 'Expect: 100-continue', 'Content-Length: 5'), 'hello'],
    differs: {
      since: 'Vili sends 100 itself, so running is not asked to',
      seen: (direct) =>
        direct.map((seen) => ({
          ...seen,
          headers: seen.headers.filter(([name]) => name !== 'Expect'),
        })),
    },
  },
  {
    name: 'an unknown expectation',
    request: ask('GET / HTTP/1.1', 'Expect: wonders'),
    rejected: 417,
  },
  {
    name: 'a stray 100 Continue',
    request: ask('GET / HTTP/1.1'),
    play: { bytes: `HTTP/1.1 100 Continue\r\n\r\n${OK}` },
    differs: { since: STRAY, outcome: withoutInterim },
  },
  {
    name: 'a stray 100 Continue in pieces, with a header',
    request: ask('GET / HTTP/1.1'),
    play: { bytes: `HTTP/1.1 100 Continue\r\nX: 1\r\n\r\nHTTP/1.1 100 \r\n\r\n${OK}`, piece: 7 },
    differs: { since: STRAY, outcome: withoutInterim },
  },
  {
    name: '103 Early Hints with all its headers',
    request: ask('GET / HTTP/1.1'),
    play: {
      bytes:
        reply('103 Early Hints', [
          'Link: </a.css>; rel=preload; as=style',
          'LINK: </b.js>; rel=preload',
          'X-Hint: \xe9',
          'Content-Security-Policy: style-src: self',
        ]) + OK,
    },
  },
  {
    name: '103 Early Hints without a Link',
    request: ask('GET / HTTP/1.1'),
    play: { bytes: reply('103 Soon', ['X-Hint: 1']) + OK },
  },
  {
    name: 'two Early Hints and 102 Processing, in pieces',
    request: ask('GET / HTTP/1.1'),
    play: {
      bytes: `${reply('102 Processing', [])}${reply('103 Early Hints', ['Link: </a>'])}${reply('103 Early Hints', ['Link: </b>'])}${OK}`,
      piece: 11,
    },
  },
  {
    name: 'Early Hints for a client of HTTP/1.0',
    request: 'GET / HTTP/1.0\r\nHost: shop.example\r\n{trap}\r\n\r\n',
    play: { bytes: `${reply('103 Early Hints', ['Link: </a>'])}${OK}`, ending: 'end' },
    differs: {
      since: 'HTTP/1.0 has no 1xx (RFC 9110 15.2)',
      outcome: withoutInterim,
      seen: (direct) => direct.map((seen) => ({ ...seen, line: 'GET / HTTP/1.1' })),
    },
  },
];

// Private

function withoutInterim(direct: Outcome): Outcome {
  return { ...direct, interim: [] };
}
