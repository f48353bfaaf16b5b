import { expect } from 'chai';
import {
  EMPTY_OK,
  GET,
  GET_CLOSE,
  RawClient,
  through,
  Upstream,
  withProxy,
} from '../../../support/proxy-fixture.ts';

const END = 'Host: a\r\nConnection: close\r\n\r\n';

/** A GET with these header lines, in this order. */
function get(...lines: string[]): string {
  return ['GET / HTTP/1.1', 'Host: a', ...lines, '', ''].join('\r\n');
}

describe('the proxy, header by header,', () => {
  it('removes hop-by-hop headers of the request, including those that Connection names', async () => {
    const hop = ['X-Hop: 1', 'Keep-Alive: timeout=1', 'TE: gzip', 'Proxy-Connection: keep-alive'];
    const { got } = await through(
      get('Connection: close, X-Hop', ...hop, 'Trailer: X', 'X-End: 1'),
    );
    expect(got[0]).to.contain('X-End: 1');
    expect(got[0]).not.to.match(/x-hop|keep-alive:|\r\nte:|proxy-connection|trailer/i);
  });

  it('removes hop-by-hop headers of the response, including those that Connection names', async () => {
    const up = await Upstream.replying(
      'HTTP/1.1 200 OK\r\nConnection: X-Hop, keep-alive\r\nX-Hop: 1\r\nKeep-Alive: timeout=77\r\n' +
        'Proxy-Connection: x\r\nX-End: 1\r\nContent-Length: 0\r\n\r\n',
    );
    await withProxy(up, async ({ port }) => {
      const client = new RawClient(port).send(GET);
      const text = await client.until((all) => all.includes('\r\n\r\n'));
      client.close();
      expect(text).to.contain('X-End: 1');
      expect(text).not.to.match(/x-hop|timeout=77|proxy-connection/i);
    });
  });

  it('keeps case, order and repetition of request headers', async () => {
    const lines = ['Cookie: a=1', 'X-ODD: 1', 'cookie: b=2', 'x-odd: \xe9'];
    const { got } = await through(get(...lines, 'Connection: close'));
    expect(got[0]).to.contain('Cookie: a=1\r\nX-ODD: 1\r\ncookie: b=2\r\nx-odd: \xe9\r\n');
  });

  it('keeps case, order, repetition and Latin-1 bytes of response headers', async () => {
    const headers =
      'SET-cookie: a=1\r\nX-Odd: \xe9\r\nset-Cookie: b=2\r\nVary: A\r\nVary: B\r\nContent-Length: 2\r\n';
    const { text } = await through(GET_CLOSE, `HTTP/1.1 200 OK\r\n${headers}\r\nok`);
    expect(text).to.equal(`HTTP/1.1 200 OK\r\n${headers}Connection: close\r\n\r\nok`);
  });

  it('keeps the reason phrase and an unknown status', async () => {
    const { text } = await through(
      GET_CLOSE,
      'HTTP/1.1 299 Très bien\r\nContent-Length: 0\r\n\r\n',
    );
    expect(text.slice(0, text.indexOf('\r\n') + 2)).to.equal('HTTP/1.1 299 Tr\xe8s bien\r\n');
  });

  it('keeps the request id of a trusted peer and creates a missing one', async () => {
    const asked = [`GET / HTTP/1.1\r\nX-Request-ID: mine\r\n${END}`, `GET / HTTP/1.1\r\n${END}`];
    const { got, exchanges } = await through(asked, EMPTY_OK, { trustedProxies: ['loopback'] });
    expect(exchanges[0]?.requestId).to.equal('mine');
    expect(exchanges[1]?.requestId).to.have.length.greaterThan(8);
    expect(got[0]).to.contain('X-Request-ID: mine\r\n');
  });

  it('never lets a user mark a request as a copy', async () => {
    const { got } = await through(get('x-vili-mirror: test', 'Connection: close'));
    expect(got).to.have.length(1);
    expect(got[0]).not.to.match(/x-vili-mirror/i);
  });

  it('rejects an unknown expectation with 417', async () => {
    const { text, got } = await through(get('Expect: x'));
    expect(text).to.match(/^HTTP\/1\.1 417 /);
    expect(got).to.deep.equal([]);
  });

  it('accepts a header of 20 KB and rejects one beyond the limit with 431', async () => {
    const close = 'Connection: close';
    const { texts, got } = await through([
      get(`X-Big: ${'x'.repeat(20_000)}`, close),
      get(`X-Big: ${'x'.repeat(70_000)}`, close),
      get(...Array.from({ length: 600 }, () => 'X: 1'), close),
    ]);
    expect(texts.map((text) => text.slice(0, 12))).to.deep.equal([
      'HTTP/1.1 200',
      'HTTP/1.1 431',
      'HTTP/1.1 431',
    ]);
    expect(got).to.have.length(1);
  });

  for (const [name, sent, expected] of [
    ['OPTIONS *', 'OPTIONS * HTTP/1.1', 'OPTIONS * HTTP/1.1'],
    ['the absolute form', 'GET http://other:81/p?q=1 HTTP/1.1', 'GET /p?q=1 HTTP/1.1'],
    ['the absolute form without a path', 'GET http://other?q HTTP/1.1', 'GET /?q HTTP/1.1'],
    ['a double slash', 'GET //double//x HTTP/1.1', 'GET //double//x HTTP/1.1'],
    [
      'a path that must not be normalized',
      'GET /a/../b/%2e%2E/./c;x?q=%zz&"y HTTP/1.1',
      'GET /a/../b/%2e%2E/./c;x?q=%zz&"y HTTP/1.1',
    ],
  ] as const) {
    it(`forwards ${name}`, async () => {
      const { text, got } = await through(`${sent}\r\n${END}`);
      expect(text).to.match(/^HTTP\/1\.1 200 /);
      expect(got[0]?.split('\r\n')[0]).to.equal(expected);
      if (sent.includes('other')) expect(got[0]).to.match(/\r\nhost: other/i);
    });
  }
});
