import type { Outcome, Seen } from '../outcome.ts';
import { ask, OK, type Trap, tell } from '../trap.ts';
import { told } from './headers.ts';

const OLD = 'GET / HTTP/1.0\r\nHost: shop.example\r\n{trap}\r\n\r\n';
const CHUNKED = 'Transfer-Encoding: chunked';
const UPGRADE = ['Connection: Upgrade', 'Upgrade: Echo'];

export const CONNECTIONS: readonly Trap[] = [
  {
    name: 'running breaks in a body of known length',
    request: ask('GET / HTTP/1.1'),
    play: { bytes: tell('200 OK', ['Content-Length: 100'], 'some'), ending: 'end' },
  },
  {
    name: 'running breaks between chunks',
    request: ask('GET / HTTP/1.1'),
    play: { bytes: tell('200 OK', [CHUNKED], '4\r\nsome\r\n'), ending: 'end' },
  },
  {
    name: 'running resets in a body of known length',
    request: ask('GET / HTTP/1.1'),
    play: { bytes: tell('200 OK', ['Content-Length: 100'], 'some'), ending: 'reset' },
    differs: { since: 'a broken answer ends alike, by an end or by a reset', outcome: broken },
  },
  {
    name: 'running ends in the middle of a head',
    request: ask('GET / HTTP/1.1'),
    play: { bytes: 'HTTP/1.1 200 OK\r\nContent-Le', ending: 'end' },
    differs: { since: 'no answer has begun for the client', page: 502 },
  },
  {
    name: 'running does not speak HTTP',
    request: ask('GET / HTTP/1.1'),
    play: { bytes: 'SSH-2.0-what\r\n', ending: 'end' },
    differs: { since: 'no answer has begun for the client', page: 502 },
  },
  {
    name: 'a body that ends with the connection, of HTTP/1.0',
    request: ask('GET / HTTP/1.1'),
    play: { bytes: 'HTTP/1.0 200 OK\r\nX-End: 1\r\n\r\nall of it', ending: 'end' },
    differs: {
      since: 'Vili speaks HTTP/1.1, and chunks let the connection stay',
      outcome: (direct) => ({
        ...told((answer) => ({ ...answer, status: 'HTTP/1.1 200 OK', framing: 'chunked' }))(direct),
        connection: 'kept',
      }),
    },
  },
  {
    name: 'a client of HTTP/1.0 and an answer in chunks',
    request: OLD,
    play: {
      bytes: tell('200 OK', [CHUNKED], '2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n'),
      ending: 'end',
    },
    differs: {
      since: 'HTTP/1.0 knows neither chunks nor trailers; Vili asks in HTTP/1.1',
      outcome: told((answer) => ({ ...answer, framing: 'close', trailers: [] })),
      seen: askedIn11,
    },
  },
  {
    name: 'a client of HTTP/1.0 that keeps its connection',
    request: 'GET / HTTP/1.0\r\nHost: shop.example\r\n{trap}\r\nConnection: keep-alive\r\n\r\n',
    play: { bytes: tell('200 OK', ['Connection: keep-alive', 'Content-Length: 2'], 'ok') },
    differs: { since: 'Vili asks in HTTP/1.1', seen: askedIn11 },
  },
  { name: 'Connection: close of the client', request: ask('GET / HTTP/1.1', 'Connection: close') },
  {
    name: 'Connection: close of running',
    request: ask('GET / HTTP/1.1'),
    play: {
      bytes: tell('200 OK', ['Connection: close', 'Content-Length: 2'], 'ok'),
      ending: 'end',
    },
    differs: {
      since: "it is the end of Vili's connection to running; the client's goes on",
      outcome: (direct) => ({ ...direct, connection: 'kept' }),
    },
  },
  {
    name: 'a reused connection dies under GET',
    warm: true,
    request: ask('GET / HTTP/1.1'),
    play: { bytes: OK, dies: true },
    differs: {
      since: 'Vili asks once more on a new connection, as nothing had been answered',
      outcome: (direct) => ({ ...direct, answers: [OK_TOLD], connection: 'kept' }),
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
    answers: 2,
  },
  {
    name: 'a POST, a GET and a chunked PUT at once',
    request: `${ask('POST /1 HTTP/1.1', 'Content-Length: 2')}hi${ask('GET /2 HTTP/1.1')}${ask('PUT /3 HTTP/1.1', CHUNKED)}2\r\nho\r\n0\r\n\r\n`,
    answers: 3,
  },
  {
    name: 'empty lines before a request',
    request: `\r\n\r\n${ask('GET / HTTP/1.1')}`,
  },
  {
    name: 'a client that has said all and only listens',
    request: ask('GET / HTTP/1.1', 'Connection: close'),
    halfCloses: true,
  },
  {
    name: 'a client of HTTP/1.0 that has said all and only listens',
    request: OLD,
    halfCloses: true,
    differs: { since: 'Vili asks in HTTP/1.1', seen: askedIn11 },
  },
  {
    name: 'an upgrade, with bytes sent right behind it',
    request: [`${ask('GET / HTTP/1.1', ...UPGRADE, 'Sec-WebSocket-Key: x')}early`, ' and late'],
    play: {
      bytes: tell('101 Switching Protocols', [...UPGRADE, 'X-Odd: \xe9'], 'hello'),
      ending: 'echo',
    },
  },
  {
    name: 'an upgrade that running does not want',
    request: ask('GET / HTTP/1.1', ...UPGRADE),
    play: { bytes: tell('426 Upgrade Required', ['Content-Length: 2'], 'no') },
    differs: {
      since: 'a connection that asked for another protocol is not used again',
      outcome: (direct) => ({ ...direct, connection: 'closed' }),
    },
  },
];

// Private

const OK_TOLD = {
  status: 'HTTP/1.1 200 OK',
  headers: [['Content-Length', '2']],
  body: 'ok',
  trailers: [],
  framing: 'length',
  whole: true,
} as const;

function askedIn11(direct: readonly Seen[]): readonly Seen[] {
  return direct.map((seen) => ({ ...seen, line: seen.line.replace(/1\.0$/, '1.1') }));
}

function broken(direct: Outcome): Outcome {
  return { ...direct, connection: 'closed' };
}
