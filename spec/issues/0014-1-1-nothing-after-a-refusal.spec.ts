import { expect } from 'chai';
import * as fc from 'fast-check';
import { cuts, sendInPieces } from '../support/http-arbitraries.ts';
import { MALFORMED } from '../support/malformed-requests.ts';
import { RawClient, Upstream, withProxy } from '../support/proxy-fixture.ts';

const CASES = Number(process.env['VILI_FUZZ_CASES'] ?? 400);
const PER_PROXY = 200;

const CHUNKS = '5\r\nhello\r\n0\r\n\r\n';
const post = (headers: string, body = CHUNKS, version = '1.1'): string =>
  `POST /bad HTTP/${version}\r\nHost: a\r\n${headers}\r\n\r\n${body}`;

/** Requests that the proxy rejects, or after whose response it closes the connection. */
const LAST: readonly (readonly [string, string])[] = [
  ...MALFORMED,
  ['gzip, chunked', post('Transfer-Encoding: gzip, chunked')],
  ['an empty coding with a length', post('Transfer-Encoding:\r\nContent-Length: 5', 'hello')],
  ['identity, chunked', post('Transfer-Encoding: identity, chunked')],
  ['two codings', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked')],
  ['chunked in HTTP/1.0', post('Transfer-Encoding: chunked', CHUNKS, '1.0')],
  ['an over-long length', post('Content-Length: 9999999999999999', 'hello')],
  [
    'a coding within an upgrade',
    post('Connection: upgrade\r\nUpgrade: x\r\nTransfer-Encoding: gzip, chunked'),
  ],
  ['no Host within an upgrade', 'GET /bad HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
  ['no Host', 'GET /bad HTTP/1.1\r\n\r\n'],
  ['two Hosts', 'GET /bad HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n'],
  ['an unknown expectation', 'GET /bad HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n'],
  ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['too many headers', `GET /bad HTTP/1.1\r\nHost: a\r\n${'a: b\r\n'.repeat(600)}\r\n`],
  ['too large a head', `GET /bad HTTP/1.1\r\nHost: a\r\nx: ${'y'.repeat(70_000)}\r\n\r\n`],
  ['a copy that came back', 'GET /bad HTTP/1.1\r\nHost: a\r\nX-Vili-Mirror-Token: t0\r\n\r\n'],
];

/** Requests that are forwarded, and are the last ones of their connection. */
const CLOSING: readonly (readonly [string, string])[] = [
  ['Connection: close', 'GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
  ['HTTP/1.0', 'GET /last HTTP/1.0\r\nHost: a\r\n\r\n'],
];

const good = fc.constantFrom(
  'GET /good HTTP/1.1\r\nHost: a\r\n\r\n',
  'POST /good HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello',
  `POST /good HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKS}`,
  'PURGE /good HTTP/1.1\r\nHost: a\r\n\r\n',
);
const suffix = fc.oneof(
  fc.constant('GET /after HTTP/1.1\r\nHost: a\r\n\r\n'),
  fc.constant('POST /after HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab'),
  fc.constantFrom(...LAST.map(([, text]) => text.replaceAll('/bad', '/after'))),
  fc.string({
    unit: fc.constantFrom('\r\n', 'GET /after HTTP/1.1', 'Host: a', ' ', '0', 'x'),
    maxLength: 20,
  }),
);

/** A running that records what it is asked for. */
async function recorder(): Promise<{ up: Upstream; paths: string[] }> {
  const paths: string[] = [];
  const up = await Upstream.http((request, response) => {
    paths.push(request.url ?? '');
    request.resume();
    request.on('end', () => response.end('fine'));
  });
  return { up, paths };
}

describe('a response that closes a connection', () => {
  for (const [name, text] of LAST) {
    it(`is the last thing on it: nothing that follows ${name} reaches running`, async () => {
      const { up, paths } = await recorder();
      await withProxy(
        up,
        async ({ port }) => {
          const after = 'GET /after HTTP/1.1\r\nHost: a\r\n\r\n';
          const client = new RawClient(port).send(
            `GET /good HTTP/1.1\r\nHost: a\r\n\r\n${text}${after}`,
          );
          const got = await client.toEnd();
          expect(got.match(/HTTP\/1\.1 /g)).to.have.length(2);
          expect(got).to.match(/^HTTP\/1\.1 200 [^]*HTTP\/1\.1 (?:4|5)\d\d /);
        },
        { mirror: { token: 't0' } },
      );
      expect(paths).to.deep.equal(['/good']);
    });
  }

  for (const [name, text] of CLOSING) {
    it(`is the last thing on it: nothing that follows a request with ${name} reaches running`, async () => {
      const { up, paths } = await recorder();
      await withProxy(up, async ({ port }) => {
        await new RawClient(port).send(`${text}GET /after HTTP/1.1\r\nHost: a\r\n\r\n`).toEnd();
      });
      expect(paths).to.deep.equal(['/last']);
    });
  }

  it('is the last thing on it where running breaks the response before', async () => {
    const asked: string[] = [];
    const up = await Upstream.raw((socket, all) => {
      asked.push(all);
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart');
    });
    await withProxy(up, async ({ port }) => {
      const two =
        'POST /one HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\nGET /two HTTP/1.1\r\nHost: a\r\n\r\n';
      await new RawClient(port).send(two).toEnd();
    });
    expect(asked.join('')).not.to.include('/two');
  });

  it('lets running see exactly the requests before it, whatever follows and however it is cut', async function () {
    this.timeout(60_000 + CASES);
    for (let done = 0; done < CASES; done += PER_PROXY) {
      const { up, paths } = await recorder();
      await withProxy(
        up,
        async ({ port }) => {
          const oneCase = fc.asyncProperty(
            fc.array(good, { maxLength: 3 }),
            fc.constantFrom(...LAST),
            suffix,
            cuts,
            async (before, [, last], after, shares) => {
              paths.length = 0;
              const client = new RawClient(port);
              client.socket.on('error', () => {});
              await sendInPieces(client, before.join('') + last + after, shares);
              await client.toEnd().catch(() => '');
              expect(paths).to.deep.equal(before.map(() => '/good'));
            },
          );
          await fc.assert(oneCase, { numRuns: Math.min(PER_PROXY, CASES - done) });
        },
        { mirror: { token: 't0' } },
      );
    }
  });
});
