import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect } from 'chai';
import { pairsOf } from '../../../../lib/model/headers.ts';
import { exchangeRaw, Upstream, withProxy } from '../../../support/proxy-fixture.ts';

/** Headers that a proxy may add or replace; everything else has to be the same as without it. */
const OWN_REQUEST = /^(?:x-forwarded-(?:for|proto|host)|x-request-id|connection)$/i;
const OWN_RESPONSE = /^(?:connection|keep-alive|date):/i;
/** Running sends a length in response to the proxy's HTTP/1.1, but need not for HTTP/1.0. */
const OWN_RESPONSE_TO_OLD = /^(?:connection|keep-alive|date|content-length):/i;

const END = '\r\nHost: shop.example\r\nConnection: close\r\n';
const REQUESTS: readonly (readonly [string, string])[] = [
  ['a GET', `GET /simple?a=1&a=2 HTTP/1.1${END}\r\n`],
  ['HEAD', `HEAD /simple HTTP/1.1${END}\r\n`],
  ['HTTP/1.0', `GET /simple HTTP/1.0${END}\r\n`],
  ['HTTP/1.0 and chunks', `GET /chunks HTTP/1.0${END}\r\n`],
  ['chunks', `GET /chunks HTTP/1.1${END}\r\n`],
  ['an empty response', `GET /empty HTTP/1.1${END}\r\n`],
  ['204', `GET /204 HTTP/1.1${END}\r\n`],
  ['304', `GET /304 HTTP/1.1${END}\r\n`],
  ['a response with 500', `GET /500 HTTP/1.1${END}\r\n`],
  ['a redirect', `GET /302 HTTP/1.1${END}\r\n`],
  [
    'repeated headers',
    `GET /repeated HTTP/1.1${END}X-A: 1\r\nx-a: 2\r\nCookie: a\r\nCookie: b\r\n\r\n`,
  ],
  ['a large response', `GET /large HTTP/1.1${END}\r\n`],
  ['trailers', `GET /trailers HTTP/1.1${END}TE: trailers\r\n\r\n`],
  ['a POST', `POST /echo HTTP/1.1${END}Content-Length: 5\r\n\r\nhello`],
  ['a POST without a body', `POST /echo HTTP/1.1${END}Content-Length: 0\r\n\r\n`],
  ['a DELETE with a body', `DELETE /echo HTTP/1.1${END}Content-Length: 5\r\n\r\nhello`],
  [
    'a chunked PUT',
    `PUT /echo HTTP/1.1${END}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
  ],
  ['an unusual method', `PROPFIND /simple HTTP/1.1${END}\r\n`],
  ['OPTIONS *', `OPTIONS * HTTP/1.1${END}\r\n`],
];

function respond(request: IncomingMessage, response: ServerResponse): void {
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
  else response.end(path === '/empty' ? '' : 'simple');
}

/** The end-to-end part of a response: chunks are joined, since their sizes belong to each hop. */
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
        for (const [name, value] of pairsOf(request.rawHeaders)) {
          if (!OWN_REQUEST.test(name)) lines.push(`${name}: ${value}`);
        }
        seen.push(lines.sort());
        respond(request, response);
      });
      await withProxy(up, async ({ port }) => {
        const own = text.includes(' HTTP/1.0') ? OWN_RESPONSE_TO_OLD : OWN_RESPONSE;
        const direct = essence(await exchangeRaw(up.target.port, text), own);
        const through = essence(await exchangeRaw(port, text), own);
        expect(through.head).to.deep.equal(direct.head);
        expect(through.body === direct.body, through.body.slice(0, 200)).to.equal(true);
        expect(seen[1]).to.deep.equal(seen[0]);
      });
    });
  }
});
