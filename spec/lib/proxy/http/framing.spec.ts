import { expect } from 'chai';
import { MALFORMED } from '../../../support/malformed-requests.ts';
import {
  exchangeRaw,
  flag,
  RawClient,
  Upstream,
  withProxy,
} from '../../../support/proxy-fixture.ts';

describe('the framing of requests', () => {
  for (const [name, text] of MALFORMED) {
    it(`is checked: ${name} gets 400 and is not forwarded`, async () => {
      const got: string[] = [];
      const up = await Upstream.raw((_socket, all) => got.push(all));
      await withProxy(up, async ({ port, proxy }) => {
        const response = await exchangeRaw(port, text);
        expect(response).to.match(/^HTTP\/1\.1 400 Bad Request\r\n/);
        expect(response.match(/HTTP\/1\.1/g)).to.have.length(1);
        const { received, skipped } = proxy.counts();
        // A malformed body is noticed after the decision about a copy.
        expect({ received, skipped: skipped.refused + skipped.method }).to.deep.equal({
          received: 1,
          skipped: 1,
        });
      });
      expect(got).to.deep.equal([]);
    });
  }

  it('is checked: HTTP/2.0 in a request line gets 505', async () => {
    await withProxy(null, async ({ port }) => {
      const response = await exchangeRaw(port, 'GET / HTTP/2.0\r\nHost: a\r\n\r\n');
      expect(response).to.match(/^HTTP\/1\.1 505 /);
    });
  });

  it('is checked after the response to a complete request before it', async () => {
    const up = await Upstream.http((_request, response) => {
      setTimeout(() => response.end('fine'), 30);
    });
    await withProxy(up, async ({ port }) => {
      const text = await exchangeRaw(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\nBAD\r\n\r\n');
      expect(text).to.match(/^HTTP\/1\.1 200 OK[^]*fineHTTP\/1\.1 400 /);
    });
  });

  it('ends the request to running when a later chunk is malformed', async () => {
    const closed = flag();
    const connected = flag();
    const up = await Upstream.raw((socket) => {
      connected.raise();
      socket.once('close', () => closed.raise());
    });
    await withProxy(up, async ({ port }) => {
      const client = new RawClient(port).send(
        `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n11170\r\n${'x'.repeat(0x11170)}\r\n`,
      );
      await connected.raised;
      client.send('zz\r\n');
      expect(await client.toEnd()).to.match(/^HTTP\/1\.1 400 /);
      await closed.raised;
    });
  });
});
