import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect } from 'chai';
import { exchangeRaw, Upstream, withProxy } from '../../../support/proxy-fixture.ts';

/** What a proxy may add or answer for itself; all else has to be the same as without it. */
const OWN_REQUEST = /^(?:x-forwarded-(?:for|proto|host)|x-request-id|connection)$/i;
const OWN_ANSWER = /^(?:connection|keep-alive|date):/i;
/** Running knows the length when it answers the gate's HTTP/1.1, and has no need to tell 1.0. */
const OWN_ANSWER_TO_OLD = /^(?:connection|keep-alive|date|content-length):/i;

const END = '\r\nHost: shop.example\r\nConnection: close\r\n';
const REQUESTS: readonly (readonly [string, string])[] = [
  ['a plain GET', `GET /plain?a=1&a=2 HTTP/1.1${END}\r\n`],
  ['HEAD', `HEAD /plain HTTP/1.1${END}\r\n`],
  ['HTTP/1.0', `GET /plain HTTP/1.0${END}\r\n`],
  ['HTTP/1.0 and chunks', `GET /chunks HTTP/1.0${END}\r\n`],
  ['chunks', `GET /chunks HTTP/1.1${END}\r\n`],
  ['an empty answer', `GET /empty HTTP/1.1${END}\r\n`],
  ['204', `GET /204 HTTP/1.1${END}\r\n`],
  ['304', `GET /304 HTTP/1.1${END}\r\n`],
  ['an answer of 500', `GET /500 HTTP/1.1${END}\r\n`],
  ['a redirect', `GET /302 HTTP/1.1${END}\r\n`],
  [
    'repeated headers',
    `GET /repeated HTTP/1.1${END}X-A: 1\r\nx-a: 2\r\nCookie: a\r\nCookie: b\r\n\r\n`,
  ],
  ['a large answer', `GET /large HTTP/1.1${END}\r\n`],
  ['trailers', `GET /trailers HTTP/1.1${END}TE: trailers\r\n\r\n`],
  ['a POST', `POST /echo HTTP/1.1${END}Content-Length: 5\r\n\r\nhello`],
  ['a POST without a body', `POST /echo HTTP/1.1${END}Content-Length: 0\r\n\r\n`],
  ['a DELETE with a body', `DELETE /echo HTTP/1.1${END}Content-Length: 5\r\n\r\nhello`],
  [
    'a chunked PUT',
    `PUT /echo HTTP/1.1${END}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
  ],
  ['an unusual method', `PROPFIND /plain HTTP/1.1${END}\r\n`],
  ['OPTIONS *', `OPTIONS * HTTP/1.1${END}\r\n`],
];

function answer(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url?.split('?')[0] ?? '';
  const status = Number(path.slice(1));
  if (status > 0) {
    response.writeHead(status, 'As You Like', ['X-Status', path, 'Content-Length', '0']).end();
  } else if (path === '/chunks') {
    response.write('one');
    response.end('two');
  } else if (path === '/repeated') {
    response
      .writeHead(200, ['Set-Cookie', 'a', 'set-COOKIE', 'b', 'Vary', 'x', 'Vary', 'y'])
      .end('ok');
  } else if (path === '/large') response.end(Buffer.alloc(3_000_000, 'x'));
  else if (path === '/trailers') {
    response.writeHead(200, { Trailer: 'X-Sum' });
    response.write('body');
    response.addTrailers({ 'X-Sum': '7' });
    response.end();
  } else if (path === '/echo') request.pipe(response);
  else response.end(path === '/empty' ? '' : 'plain');
}

/** The end-to-end part of an answer: chunks joined, since their sizes are each hop's own. */
function essence(text: string, own: RegExp): { head: string[]; body: string } {
  const end = text.indexOf('\r\n\r\n');
  const head = text.slice(0, end).split('\r\n');
  let body = text.slice(end + 4);
  if (/^transfer-encoding: chunked$/im.test(head.join('\n'))) {
    let joined = '';
    for (let size = Number.parseInt(body, 16); size > 0; size = Number.parseInt(body, 16)) {
      const start = body.indexOf('\r\n') + 2;
      joined += body.slice(start, start + size);
      body = body.slice(start + size + 2);
    }
    body = `${joined}|${body}`;
  }
  return { head: head.filter((line) => !own.test(line)).sort(), body };
}

describe('a call through the proxy', () => {
  for (const [name, text] of REQUESTS) {
    it(`is the same as a direct one: ${name}`, async () => {
      const seen: string[][] = [];
      const up = await Upstream.http((request, response) => {
        const lines = [`${request.method} ${request.url}`];
        const raw = request.rawHeaders;
        for (let index = 0; index < raw.length; index += 2) {
          const key = raw[index] ?? '';
          // undici writes these two itself, in lower case and at a place of its own.
          const shown = /^(?:host|content-length|transfer-encoding)$/i.test(key)
            ? key.toLowerCase()
            : key;
          if (!OWN_REQUEST.test(key)) lines.push(`${shown}: ${raw[index + 1]}`);
        }
        seen.push(lines.sort());
        answer(request, response);
      });
      await withProxy(up, async ({ port }) => {
        const own = text.includes(' HTTP/1.0') ? OWN_ANSWER_TO_OLD : OWN_ANSWER;
        const direct = essence(await exchangeRaw(up.target.port, text), own);
        const through = essence(await exchangeRaw(port, text), own);
        expect(through.head).to.deep.equal(direct.head);
        expect(through.body === direct.body, through.body.slice(0, 200)).to.equal(true);
        expect(seen[1]?.filter((line) => line !== 'content-length: 0')).to.deep.equal(
          seen[0]?.filter((line) => line !== 'content-length: 0'),
        );
      });
    });
  }
});
