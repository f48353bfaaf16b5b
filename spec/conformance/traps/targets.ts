import type { Seen } from '../outcome.ts';
import { ask, type Trap } from '../trap.ts';

export const TARGETS: readonly Trap[] = [
  { name: 'OPTIONS *', request: ask('OPTIONS * HTTP/1.1') },
  {
    name: 'the absolute form',
    request: ask('GET http://other.example:81/p?q=1 HTTP/1.1'),
    differs: {
      since: 'an origin server gets a path, and the target overrides Host (RFC 9112 3.2.2)',
      seen: sentAs('GET /p?q=1 HTTP/1.1', 'other.example:81'),
    },
  },
  {
    name: 'the absolute form without a path',
    request: ask('GET http://other.example?q HTTP/1.1'),
    differs: {
      since: 'a path begins with a slash',
      seen: sentAs('GET /?q HTTP/1.1', 'other.example'),
    },
  },
  {
    name: 'the absolute form of OPTIONS *',
    request: ask('OPTIONS http://other.example HTTP/1.1'),
    differs: {
      since: 'RFC 9112 section 3.2.4',
      seen: sentAs('OPTIONS * HTTP/1.1', 'other.example'),
    },
  },
  { name: 'a double slash', request: ask('GET //double//x HTTP/1.1') },
  {
    name: 'a path that must not be normalized',
    request: ask('GET /a/../b/%2e%2E/./c;x?q=%zz&"y HTTP/1.1'),
  },
  { name: 'a query of odd characters', request: ask("GET /?a=[]{}|\\^`<>'&&=?/ HTTP/1.1") },
  {
    name: 'a method that is rare',
    request: ask('PROPFIND /x HTTP/1.1', 'Depth: 1'),
  },
  { name: 'CONNECT', request: ask('CONNECT other.example:443 HTTP/1.1'), rejected: 405 },
  { name: 'a version that is not HTTP/1', request: ask('GET / HTTP/2.0'), rejected: 505 },
];

// Private

function sentAs(line: string, host: string) {
  return (direct: readonly Seen[]): readonly Seen[] =>
    direct.map((seen) => ({
      ...seen,
      line,
      host,
      headers: seen.headers.map(([name, value]) =>
        name.toLowerCase() === 'host' ? ([name, host] as const) : ([name, value] as const),
      ),
    }));
}
