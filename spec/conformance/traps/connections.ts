import type { Outcome, Seen } from '../outcome.ts';
import { ask, OK, reply, type Trap } from '../trap.ts';
import { changed } from './headers.ts';

const OLD = 'GET / HTTP/1.0\r\nHost: shop.example\r\n{trap}\r\n\r\n';
const CHUNKED = 'Transfer-Encoding: chunked';
const UPGRADE = ['Connection: Upgrade', 'Upgrade: Echo'];

export const CONNECTIONS: readonly Trap[] = [
  {
    name: 'running breaks in a body of known length',
    request: ask('GET / HTTP/1.1'),
    play: { bytes: reply('200 OK', ['Content-Length: 100'], 'some'), ending: 'end' },
  },
  {
    name: 'running breaks between chunks',
    request: ask('GET / HTTP/1.1'),
    play: { bytes: reply('200 OK', [CHUNKED], '4\r\nsome\r\n'), ending: 'end' },
  },
  {
    name: 'running resets in a body of known length',
    request: ask('GET / HTTP/1.1'),
    play: { bytes: reply('200 OK', ['Content-Length: 100'], 'some'), ending: 'reset' },
    differs: {
      since: 'a broken response looks the same after an end and after a reset',
      outcome: broken,
    },
  },
  {
    name: 'running ends in the middle of a head',
    request: ask('GET / HTTP/1.1'),
    play: { bytes: 'HTTP/1.1 200 OK\r\nContent-Le', ending: 'end' },
    differs: { since: 'no response has begun for the client', page: 502 },
  },
  {
    name: 'running does not speak HTTP',
    request: ask('GET / HTTP/1.1'),
    play: { bytes: 'SSH-2.0-what\r\n', ending: 'end' },
    differs: { since: 'no response has begun for the client', page: 502 },
  },
  {
    name: 'a body that ends with the connection, of HTTP/1.0',
    request: ask('GET / HTTP/1.1'),
    play: { bytes: 'HTTP/1.0 200 OK\r\nX-End: 1\r\n\r\nall of it', ending: 'end' },
    differs: {
      since: 'Vili speaks HTTP/1.1, and with chunks the connection can stay open',
      outcome: (direct) => ({
        ...changed((response) => ({ ...response, status: 'HTTP/1.1 200 OK', framing: 'chunked' }))(
          direct,
        ),
        connection: 'kept',
      }),
    },
  },
  {
    name: 'a client of HTTP/1.0 and a response in chunks',
    request: OLD,
    play: {
      bytes: reply('200 OK', [CHUNKED], '2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n'),
      ending: 'end',
    },
    differs: {
      since: 'HTTP/1.0 knows neither chunks nor trailers; Vili asks in HTTP/1.1',
      outcome: changed((response) => ({ ...response, framing: 'close', trailers: [] })),
      seen: sentAs11,
    },
  },
  {
    name: 'a client of HTTP/1.0 that keeps its connection',
    request: 'GET / HTTP/1.0\r\nHost: shop.example\r\n{trap}\r\nConnection: keep-alive\r\n\r\n',
    play: { bytes: reply('200 OK', ['Connection: keep-alive', 'Content-Length: 2'], 'ok') },
    differs: { since: 'Vili sends HTTP/1.1 requests', seen: sentAs11 },
  },
  { name: 'Connection: close of the client', request: ask('GET / HTTP/1.1', 'Connection: close') },
  {
    name: 'Connection: close of running',
    request: ask('GET / HTTP/1.1'),
    play: {
      bytes: reply('200 OK', ['Connection: close', 'Content-Length: 2'], 'ok'),
      ending: 'end',
    },
    differs: {
      since: "only Vili's connection to running ends; the client's stays open",
      outcome: (direct) => ({ ...direct, connection: 'kept' }),
    },
  },
  {
    name: 'a reused connection dies under GET',
    warm: true,
    request: ask('GET / HTTP/1.1'),
    play: { bytes: OK, dies: true },
    differs: {
      since: 'Vili repeats the request on a new connection, since no response had begun',
      outcome: (direct) => ({ ...direct, responses: [OK_RESPONSE], connection: 'kept' }),
      seen: (direct) => [...direct, ...direct],
    },
  },
  {
    name: 'a reused connection dies under POST',
    warm: true,
    request: `${ask('POST / HTTP/1.1', 'Content-Length: 2')}hi`,
    play: { bytes: OK, dies: true },
    differs: { since: 'a POST is never sent twice', page: 502 },
  },
  { name: 'the client leaves', request: ask('GET / HTTP/1.1'), play: { bytes: '' }, leaves: true },
  {
    name: 'two requests at once',
    request: ask('GET /1 HTTP/1.1') + ask('GET /2 HTTP/1.1'),
    responses: 2,
  },
  {
    name: 'a POST, a GET and a chunked PUT at once',
    request: `${ask('POST /1 HTTP/1.1', 'Content-Length: 2')}hi${ask('GET /2 HTTP/1.1')}${ask('PUT /3 HTTP/1.1', CHUNKED)}2\r\nho\r\n0\r\n\r\n`,
    responses: 3,
  },
  {
    name: 'empty lines before a request',
    request: `\r\n\r\n${ask('GET / HTTP/1.1')}`,
  },
  {
    name: 'a client that half-closes and listens',
    request: ask('GET / HTTP/1.1', 'Connection: close'),
    halfCloses: true,
  },
  {
    name: 'a client of HTTP/1.0 that half-closes and listens',
    request: OLD,
    halfCloses: true,
    differs: { since: 'Vili sends HTTP/1.1 requests', seen: sentAs11 },
  },
  {
    name: 'an upgrade, with bytes sent right after it',
    request: [`${ask('GET / HTTP/1.1', ...UPGRADE, 'Sec-WebSocket-Key: x')}early`, ' and late'],
    play: {
      bytes: reply('101 Switching Protocols', [...UPGRADE, 'X-Odd: \xe9'], 'hello'),
      ending: 'echo',
    },
  },
  {
    name: 'an upgrade that running declines',
    request: ask('GET / HTTP/1.1', ...UPGRADE),
    play: { bytes: reply('426 Upgrade Required', ['Content-Length: 2'], 'no') },
    differs: {
      since: 'a connection that requested another protocol is not reused',
      outcome: (direct) => ({ ...direct, connection: 'closed' }),
    },
  },
];

// Private

const OK_RESPONSE = {
  status: 'HTTP/1.1 200 OK',
  headers: [['Content-Length', '2']],
  body: 'ok',
  trailers: [],
  framing: 'length',
  whole: true,
} as const;

function sentAs11(direct: readonly Seen[]): readonly Seen[] {
  return direct.map((seen) => ({ ...seen, line: seen.line.replace(/1\.0$/, '1.1') }));
}

function broken(direct: Outcome): Outcome {
  return { ...direct, connection: 'closed' };
}
