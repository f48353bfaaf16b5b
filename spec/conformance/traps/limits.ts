import { ask, type Trap } from '../trap.ts';

/** The daemon's time limits are short here: see `traps.spec.ts`. */
export const LIMITS: readonly Trap[] = [
  { name: 'a header of 20 KB', request: ask('GET / HTTP/1.1', `X-Big: ${'x'.repeat(20_000)}`) },
  { name: 'a target of 20 KB', request: ask(`GET /${'x'.repeat(20_000)} HTTP/1.1`) },
  { name: '400 headers', request: ask('GET / HTTP/1.1', ...many(400)) },
  {
    name: 'a header beyond the limit',
    request: ask(`GET / HTTP/1.1`, `X: ${big()}`),
    rejected: 431,
  },
  {
    name: 'a megabyte after a head that is rejected',
    request: `GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n{trap}\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(1_000_000)}`,
    rejected: 400,
  },
  { name: 'endless headers', request: ask('GET / HTTP/1.1', ...many(600)), rejected: 431 },
  {
    name: 'a head that stops',
    request: 'GET / HTTP/1.1\r\nHost: a\r\n{trap}\r\nX-',
    rejected: 408,
  },
  {
    name: 'a small body that stops',
    request: `${ask('POST / HTTP/1.1', 'Content-Length: 10')}half`,
    play: { bytes: '' },
    rejected: 408,
  },
  {
    name: 'a large body that stops',
    request: `${ask('POST / HTTP/1.1', 'Content-Length: 500000')}half`,
    play: { bytes: '' },
    rejected: 408,
  },
  {
    name: 'chunks that stop',
    request: `${ask('POST / HTTP/1.1', 'Transfer-Encoding: chunked')}5\r\nhello\r\n`,
    play: { bytes: '' },
    rejected: 408,
  },
  {
    name: 'endless chunk extensions',
    request: `${ask('POST / HTTP/1.1', 'Transfer-Encoding: chunked')}5;${'x'.repeat(40_000)}\r\nhello\r\n0\r\n\r\n`,
    rejected: 413,
  },
];

// Private

function many(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `X-${index}: ${index}`);
}

function big(): string {
  return 'x'.repeat(70_000);
}
