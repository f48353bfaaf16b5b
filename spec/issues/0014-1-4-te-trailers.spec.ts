import type { RequestListener } from 'node:http';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { FastReader } from '../../lib/proxy/downstream/fast-request.ts';
import { readRequestHead } from '../../lib/proxy/http/request-head.ts';
import type { HeadRules } from '../../lib/proxy/http/request-headers.ts';
import { ResponseReader } from '../../lib/proxy/http/response-reader.ts';
import { requestsByNode, responseByNode } from '../support/in-memory-http.ts';
import { oddRequest, oddResponse } from '../support/odd-spellings.ts';
import { EMPTY_OK, RawClient, through, Upstream, withProxy } from '../support/proxy-fixture.ts';
import {
  askHttp2,
  echoRequest,
  needsOpenssl,
  seenIn,
  withHttp2,
  withTls,
} from '../support/tls-fixture.ts';

const PEER = { address: '192.0.2.1', trusted: false };
const RULES: HeadRules = {
  maxCount: 100,
  markHeader: 'x-vili-mirror',
  tokenHeader: 'x-vili-mirror-token',
  scheme: 'http',
  nextRequestId: () => 'id',
};
const MAX_HEAD_BYTES = 65_536;
const RUNS = 1000;
const THROUGH_RUNS = 100;
const CHUNKED =
  'POST /first HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n';

/** What a response means: whether it is complete, its body, and whether its connection can be used again. */
function readResponse(text: string): { end: string; body: string } {
  const read = { end: 'open', body: '' };
  const reader = new ResponseReader(MAX_HEAD_BYTES, {
    interim: () => {},
    head: () => {},
    data: (piece) => {
      read.body += piece.toString('latin1');
    },
    complete: () => {
      read.end = 'complete';
    },
    upgraded: () => {},
  });
  reader.expect({ method: 'GET', upgrade: '' });
  try {
    reader.read(Buffer.from(text, 'latin1'));
    if (read.end === 'open' && !reader.ended()) read.end = 'broken';
  } catch {
    read.end = 'malformed';
  }
  return read;
}

describe('TE: trailers', () => {
  for (const [name, request] of [
    [
      'a plain request',
      'GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: close, TE\r\n\r\n',
    ],
    [
      'TE that Connection does not name',
      'GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: close\r\n\r\n',
    ],
    [
      'TE among others',
      'GET / HTTP/1.1\r\nHost: a\r\nte: gzip;q=0.5, trailers\r\nConnection: close\r\n\r\n',
    ],
  ] as const) {
    it(`goes to running as an option of that connection, for ${name}`, async () => {
      const { got } = await through(request, EMPTY_OK);
      expect(got[0]).to.match(/\r\nTE: trailers\r\nConnection: keep-alive, TE\r\n\r\n$/);
      expect(got[0]?.match(/\r\nTE:/gi)).to.have.length(1);
    });
  }

  for (const [name, request] of [
    ['another coding', 'GET / HTTP/1.1\r\nHost: a\r\nTE: gzip\r\nConnection: close, TE\r\n\r\n'],
    [
      'HTTP/1.0, whose client can get no trailers',
      'GET / HTTP/1.0\r\nHost: a\r\nTE: trailers\r\n\r\n',
    ],
  ] as const) {
    it(`does not go to running for ${name}`, async () => {
      const { got } = await through(request, EMPTY_OK);
      expect(got[0]).to.match(/\r\nConnection: keep-alive\r\n\r\n$/);
      expect(got[0]).not.to.match(/\r\nTE:/i);
    });
  }

  it('goes to running as an option of that connection, over HTTP/2', async function () {
    needsOpenssl.call(this);
    await withTls(echoRequest, async (fixture) => {
      await withHttp2(fixture, async (session) => {
        const { body } = await askHttp2(session, { ':path': '/', te: 'trailers' });
        const raw = seenIn(body).rawHeaders.join('|');
        expect(raw).to.match(/\|TE\|trailers\|Connection\|keep-alive, TE$/);
      });
    });
  });
});

describe('a request in an odd spelling', () => {
  for (const [name, text] of [
    ['a tab behind its length', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\t\r\n\r\nhi'],
    [
      'blanks and a tab behind its length',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2 \t \r\n\r\nhi',
    ],
    [
      'a tab behind the only option of Connection',
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\t\r\n\r\n',
    ],
    ['a tab behind a Host', 'GET / HTTP/1.1\r\nHost: a\t\r\n\r\n'],
    ['several blanks before its target', 'GET  / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['several blanks behind its target', 'GET /  HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a bare LF before it', '\nGET / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a bare CR before it', '\rGET / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ] as const) {
    it(`is left to node's parser: ${name}`, () => {
      const reader = new FastReader(PEER, RULES, MAX_HEAD_BYTES);
      for (let time = 0; time < 3; time++) {
        expect(reader.read(Buffer.from(text, 'latin1'))).to.equal(null);
      }
    });
  }

  it('means to the fast reader what it means to node, or is left to node', async () => {
    const reader = new FastReader(PEER, RULES, MAX_HEAD_BYTES);
    let fast = 0;
    await fc.assert(
      fc.asyncProperty(oddRequest, async (text) => {
        const bytes = Buffer.from(text, 'latin1');
        const found = reader.read(bytes);
        if (found === null) return;
        fast++;
        const [only, ...others] = await requestsByNode(bytes);
        if (only === undefined || others.length !== 0) throw new Error(`node differs: ${text}`);
        const [method = '', url = '', version] = only.startLine.split(' ');
        const raw = { method, url, rawHeaders: only.rawHeaders };
        const head = { ...raw, httpVersionMajor: 1, httpVersionMinor: 1 };
        expect([version, only.whole]).to.deep.equal(['1.1', true]);
        expect(found.head).to.deep.equal(readRequestHead(head, PEER, RULES));
        expect(found.request.whole.toString('latin1')).to.equal(only.body);
        expect(found.closes).to.equal(only.keepsAlive === false);
      }),
      { numRuns: RUNS },
    );
    expect(fast).to.be.greaterThan(RUNS / 50);
  });

  it('has the same outcome on a new connection and on one that node serves already', async () => {
    const listener: RequestListener = (request, response) => {
      request.resume().on('end', () => response.end('ok'));
    };
    const up = await Upstream.http(listener, 'app-1.0.0/1_running', { halfOpen: true });
    const statuses = (text: string): string[] => text.match(/HTTP\/1\.1 \d+/g) ?? [];
    await withProxy(up, async ({ port }) => {
      await fc.assert(
        fc.asyncProperty(oddRequest, async (text) => {
          const fresh = new RawClient(port).send(text);
          fresh.socket.end();
          const used = new RawClient(port).send(CHUNKED);
          await used.until((all) => statuses(all).length === 1);
          used.send(text);
          used.socket.end();
          const [alone, after] = await Promise.all([fresh.toEnd(), used.toEnd()]);
          expect(statuses(after).slice(1), JSON.stringify(text)).to.deep.equal(statuses(alone));
        }),
        { numRuns: THROUGH_RUNS },
      );
    });
  });
});

describe('a response in an odd spelling', () => {
  it('is read as node reads it without the odd parts: white space, extensions, identity', async () => {
    let complete = 0;
    await fc.assert(
      fc.asyncProperty(oddResponse, async ({ odd, plain }) => {
        const ours = readResponse(odd);
        if (ours.end !== 'complete') return;
        complete++;
        const theirs = await responseByNode('GET', Buffer.from(plain, 'latin1'));
        expect(theirs?.whole, JSON.stringify(odd)).to.equal(true);
        expect(theirs?.body).to.equal(ours.body);
        expect(ours).to.deep.equal(readResponse(plain));
      }),
      { numRuns: RUNS },
    );
    expect(complete).to.be.greaterThan(RUNS / 2);
  });

  it('is complete for users wherever node takes it whole', async () => {
    await fc.assert(
      fc.asyncProperty(oddResponse, async ({ odd }) => {
        const theirs = await responseByNode('GET', Buffer.from(odd, 'latin1'));
        if (theirs?.whole === true) expect(readResponse(odd).end).to.equal('complete');
      }),
      { numRuns: RUNS },
    );
  });
});
