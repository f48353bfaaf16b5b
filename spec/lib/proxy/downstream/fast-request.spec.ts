import { expect } from 'chai';
import * as fc from 'fast-check';
import { FastReader } from '../../../../lib/proxy/downstream/fast-request.ts';
import { readRequestHead } from '../../../../lib/proxy/http/request-head.ts';
import type { HeadRules } from '../../../../lib/proxy/http/request-headers.ts';
import { body, corrupted, corruptions, fields, unitOf } from '../../../support/http-arbitraries.ts';
import { requestsByNode } from '../../../support/in-memory-http.ts';
import { MALFORMED } from '../../../support/malformed-requests.ts';

const MAX_HEAD_BYTES = 65_536;
const RUNS = 2000;
const PEER = { address: '192.0.2.1', trusted: true };
const RULES: HeadRules = {
  maxCount: 100,
  markHeader: 'x-vili-mirror',
  tokenHeader: 'x-vili-mirror-token',
  scheme: 'http',
  nextRequestId: () => 'id',
};
const GET = 'GET /a?b=c HTTP/1.1\r\nHost: a\r\n\r\n';

/** Shared by all specs, so that each request follows others. */
const reader = new FastReader(PEER, RULES, MAX_HEAD_BYTES);
const read = (text: string) => reader.read(Buffer.from(text, 'latin1'));

/** An everyday request, or one that looks similar. */
const everyday = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS'),
    path: fc.string({ unit: unitOf('abc/.%;?=&"~+#'), maxLength: 20 }),
    headers: fields,
    length: fc.constantFrom('none', 'none', 'right', 'right', 'right', 'short', 'long'),
    more: fc.constantFrom('', 'Connection: close\r\n', 'TE: trailers\r\n', 'X-Request-Id: 7\r\n'),
    body,
    after: fc.constantFrom('', '', '', '', '', GET, '\r\n', 'x'),
  })
  .map((it) => {
    const named = it.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const sizes = {
      none: '',
      right: `Content-Length: ${it.body.length}\r\n`,
      short: `Content-Length: ${Math.max(0, it.body.length - 1)}\r\n`,
      long: `Content-Length: ${it.body.length + 1}\r\n`,
    };
    const head = `${it.method} /${it.path} HTTP/1.1\r\nHost: a\r\n${named}${it.more}${sizes[it.length]}`;
    return `${head}\r\n${it.length === 'none' ? '' : it.body}${it.after}`;
  });

describe('a fast request', () => {
  it('is read as node reads it, or left to node, whatever the bytes', async () => {
    let fast = 0;
    await fc.assert(
      fc.asyncProperty(everyday, corruptions(0), async (text, changes) => {
        const given = corrupted(text, changes);
        const found = read(given);
        if (found === null) return;
        fast++;
        const seen = await requestsByNode(Buffer.from(given, 'latin1'));
        const [only] = seen;
        if (only === undefined || seen.length > 1)
          throw new Error(`node reads ${seen.length}: ${given}`);
        const { startLine, rawHeaders, whole, body: content } = only;
        const [method = '', url = '', version] = startLine.split(' ');
        const raw = { method, url, rawHeaders, httpVersionMajor: 1, httpVersionMinor: 1 };
        expect([version, whole]).to.deep.equal(['1.1', true]);
        expect(found.head).to.deep.equal(readRequestHead(raw, PEER, RULES));
        expect(found.request.whole.toString('latin1')).to.equal(content);
      }),
      { numRuns: RUNS },
    );
    expect(fast).to.be.greaterThan(RUNS / 10);
  });

  it('is recognized with a body, and when it closes the connection', () => {
    const found = read(
      'PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nconnection: Close\r\n\r\nhi',
    );
    expect(found?.request.whole.toString()).to.equal('hi');
    expect(found?.closes).to.equal(true);
    expect(found?.head).to.include({ method: 'PUT', path: '/x', bodyBytes: 2, rejection: null });
    expect(read(GET)?.closes).to.equal(false);
  });

  it('is read the same whether or not its headers are cached', () => {
    const lines = 'Host: a\r\nA: b\r\nConnection: keep-alive\r\n';
    const headers = ['Host', 'a', 'A', 'b', 'X-Forwarded-For', PEER.address];
    for (const path of ['/one', '/two', '/two']) {
      const found = read(`GET ${path} HTTP/1.1\r\n${lines}\r\n`);
      expect(found?.head).to.include({ method: 'GET', path, requestId: 'id', rejection: null });
      expect(found?.head.headers.slice(0, 6)).to.deep.equal(headers);
      expect(found?.head.lines).to.match(/^Host: a\r\nA: b\r\nX-Forw.*\r\nX-Request-Id: id\r\n$/s);
    }
    const withBody = `${lines}Content-Length: 2\r\n`;
    for (const content of ['hi', 'ho']) {
      const found = read(`POST / HTTP/1.1\r\n${withBody}\r\n${content}`);
      expect(found?.request.whole.toString()).to.equal(content);
    }
    expect(read(`POST / HTTP/1.1\r\n${withBody}\r\nh`)).to.equal(null);
    expect(read(`POST / HTTP/1.1\r\n${withBody}\r\nho!`)).to.equal(null);
    expect(read(`POST / HTTP/1.1\rx${withBody}\r\nhi`)).to.equal(null);
  });

  for (const [name, text] of MALFORMED) {
    it(`is not ${name}`, () => {
      expect(read(text)).to.equal(null);
    });
  }

  for (const [name, text] of [
    ['an incomplete request', GET.slice(0, -1)],
    ['a request followed by another', GET + GET],
    [
      'a request whose body is incomplete',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nh',
    ],
    ['a request of HTTP/1.0', 'GET / HTTP/1.0\r\nHost: a\r\n\r\n'],
    ['a target in absolute form', 'GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['OPTIONS for the server itself', 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a method that is rare', 'PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['an upgrade', 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'],
    ['an expectation', 'GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n'],
    ['a request that nominates headers', 'GET / HTTP/1.1\r\nHost: a\r\nConnection: x-mine\r\n\r\n'],
    [
      'a request with too many headers',
      `GET / HTTP/1.1\r\nHost: a\r\n${'a: b\r\n'.repeat(100)}\r\n`,
    ],
    [
      'a request with a large head',
      `GET / HTTP/1.1\r\nHost: a\r\na: ${'b'.repeat(66_000)}\r\n\r\n`,
    ],
  ] as const) {
    it(`is not ${name}, which node handles`, () => {
      expect(read(text)).to.equal(null);
    });
  }
});
