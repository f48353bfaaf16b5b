import { without } from '../message.ts';
import type { Outcome, Seen, SeenResponse } from '../outcome.ts';
import { ask, reply, type Trap } from '../trap.ts';

const HOP_BY_HOP = 'headers of one hop end there (RFC 9110 section 7.6.1)';

export const HEADERS: readonly Trap[] = [
  {
    name: 'hop-by-hop headers of a request, including those that Connection names',
    request: ask(
      'GET / HTTP/1.1',
      'X-Before: 1',
      'Connection: keep-alive, X-Hop,x-HIP',
      'X-Hop: 1',
      'X-Hip: 2',
      'Keep-Alive: timeout=1',
      'TE: gzip',
      'Proxy-Connection: keep-alive',
      'X-After: 1',
    ),
    differs: {
      since: HOP_BY_HOP,
      seen: dropping('x-hop', 'x-hip', 'keep-alive', 'te', 'proxy-connection'),
    },
  },
  {
    name: 'Connection that names Host and Content-Length',
    request: `${ask(
      'POST / HTTP/1.1',
      'Connection: host, content-length, x-trap-not-here',
      'Content-Length: 2',
    )}hi`,
  },
  {
    name: 'hop-by-hop headers of a response, including those that Connection names',
    request: ask('GET / HTTP/1.1'),
    play: {
      bytes: reply(
        '200 OK',
        [
          'X-Before: 1',
          'Connection: X-Hop, keep-alive',
          'X-Hop: 1',
          'Keep-Alive: timeout=77',
          'Proxy-Connection: x',
          'Upgrade: h2c',
          'X-After: 1',
          'Content-Length: 2',
        ],
        'ok',
      ),
    },
    differs: { since: HOP_BY_HOP, outcome: losing('x-hop', 'proxy-connection', 'upgrade') },
  },
  {
    name: 'case, order and repetition of request headers, two cookies, Latin-1',
    request: ask(
      'GET / HTTP/1.1',
      'Cookie: a=1; b',
      'X-ODD: 1',
      'cookie: b=2',
      'x-odd: \xe9\xff',
      'X-Empty:',
      'ACCEPT:  */*  ',
      "!#$%&'*+-.^_`|~: all of a token",
      'accept: a',
    ),
  },
  {
    name: 'case, order and repetition of response headers, cookies, Vary, Latin-1',
    request: ask('GET / HTTP/1.1'),
    play: {
      bytes: reply(
        '200 OK',
        [
          'SET-cookie: a=1',
          'X-Odd: \xe9\xff',
          'set-Cookie: b=2',
          'Vary: A',
          'content-LENGTH: 2',
          'vARY: B',
          'X-Empty:',
          'X-Tab: a\tb',
        ],
        'ok',
      ),
    },
  },
  {
    name: 'an unknown status with a reason phrase',
    request: ask('GET / HTTP/1.1'),
    play: { bytes: reply('299 Tr\xe8s bien, merci', ['Content-Length: 2'], 'ok') },
  },
  {
    name: 'a response without a reason phrase',
    request: ask('GET / HTTP/1.1'),
    play: { bytes: reply('200 ', ['Content-Length: 2'], 'ok') },
  },
  {
    name: 'a response without Date and Server',
    request: ask('GET / HTTP/1.1'),
    play: { bytes: reply('404 Not Found', ['Content-Length: 0']) },
  },
  {
    name: 'a redirect',
    request: ask('GET / HTTP/1.1'),
    play: { bytes: reply('302 Found', ['Location: http://127.0.0.1:1/x', 'Content-Length: 0']) },
  },
  {
    name: 'headers that another proxy in front has written',
    request: ask(
      'GET / HTTP/1.1',
      'X-Forwarded-For: 203.0.113.7',
      'X-Forwarded-Proto: https',
      'x-forwarded-host: outside.example',
      'Forwarded: for=203.0.113.7',
      'x-forwarded-for: 203.0.113.8',
    ),
  },
  {
    name: 'a request id of the client',
    request: ask('GET / HTTP/1.1', 'X-Request-ID: mine-1'),
  },
  {
    name: 'a request that claims to be a copy for testing',
    request: ask('GET / HTTP/1.1', 'X-Vili-Mirror: test', 'X-Vili-Mirror-Token: guessed'),
    differs: {
      since: 'only Vili marks copies',
      seen: dropping('x-vili-mirror', 'x-vili-mirror-token'),
    },
  },
];

/** The requests without those headers. */
function dropping(...lowerNames: readonly string[]) {
  return (direct: readonly Seen[]): readonly Seen[] =>
    direct.map((seen) => ({ ...seen, headers: without(seen.headers, ...lowerNames) }));
}

/** The responses without those headers. */
export function losing(...lowerNames: readonly string[]) {
  return changed((response) => ({
    ...response,
    headers: without(response.headers, ...lowerNames),
  }));
}

/** All responses, each changed in the same way. */
export function changed(change: (response: SeenResponse) => SeenResponse) {
  return (direct: Outcome): Outcome => ({ ...direct, responses: direct.responses.map(change) });
}
