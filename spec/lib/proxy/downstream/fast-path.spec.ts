import { expect } from 'chai';
import { flag, RawClient, Upstream, withProxy } from '../../../support/proxy-fixture.ts';

const GET = 'GET /fast HTTP/1.1\r\nHost: a\r\n\r\n';
const CHUNKED =
  'POST /odd HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n';
const CLOSE = 'GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

/** Responds with method, path and body. */
function echo(): Promise<Upstream> {
  return Upstream.http((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => response.end(`<${request.method} ${request.url} ${body}>`));
  });
}

const responsesIn = (text: string): string[] =>
  [...text.matchAll(/<(.*?)>/g)].map(([, response = '']) => response);

describe('a connection on the fast path', () => {
  it('may continue with other requests, and with fast ones again', async () => {
    await withProxy(await echo(), async ({ port, proxy }) => {
      const client = new RawClient(port);
      const requests = [GET, GET, CHUNKED, GET, CHUNKED];
      for (const [index, request] of requests.entries()) {
        client.send(request);
        await client.until((text) => responsesIn(text).length === index + 1);
      }
      const text = await client.send(CLOSE).toEnd();
      const [fast, odd] = ['GET /fast ', 'POST /odd hi'];
      expect(responsesIn(text)).to.deep.equal([fast, fast, odd, fast, odd, 'GET /last ']);
      expect(proxy.counts().received).to.equal(6);
    });
  });

  it('gets its responses in order when more requests come before the first response', async () => {
    const asked = flag();
    const go = flag();
    const up = await Upstream.http((request, response) => {
      const respond = (): void => void response.end(`<${request.url}>`);
      if (request.url !== '/fast') return respond();
      asked.raise();
      void go.raised.then(respond);
    });
    await withProxy(up, async ({ port }) => {
      const client = new RawClient(port).send(GET);
      await asked.raised;
      client.send(CHUNKED).send('GET /next HTTP/1.1\r\nHost: a\r\n\r\n').send(CLOSE);
      go.raise();
      expect(responsesIn(await client.toEnd())).to.deep.equal(['/fast', '/odd', '/next', '/last']);
    });
  });

  it('gets a response when its first head comes byte by byte', async () => {
    await withProxy(await echo(), async ({ port }) => {
      const client = new RawClient(port);
      for (const byte of CLOSE) {
        client.send(byte);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(responsesIn(await client.toEnd())).to.deep.equal(['GET /last ']);
    });
  });

  it('ignores a stray empty line, even from a client that half-closes', async () => {
    const asked = flag();
    const go = flag();
    const up = await Upstream.raw((socket, all) => {
      if (!all.endsWith('\r\n\r\n')) return;
      asked.raise();
      void go.raised.then(() => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<ok>'));
    });
    await withProxy(up, async ({ port, proxy }) => {
      const client = new RawClient(port).send(GET);
      await asked.raised;
      client.send('\r\n');
      client.socket.end();
      client.socket.once('finish', () => go.raise());
      expect(responsesIn(await client.toEnd())).to.deep.equal(['ok']);
      expect(proxy.counts().received).to.equal(1);
    });
  });

  it('gets 400 for a malformed request, and then the end', async () => {
    await withProxy(await echo(), async ({ port, proxy }) => {
      const client = new RawClient(port).send(GET);
      await client.until((text) => responsesIn(text).length === 1);
      client.send('GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n');
      expect(await client.toEnd()).to.match(/<GET \/fast >[^]*HTTP\/1\.1 400 Bad Request\r\n/);
      expect(proxy.counts().errors['client-malformed']).to.equal(1);
    });
  });

  it('ends after its time limits, before the first request and between two', async () => {
    const times = { headTimeoutMs: 60, keepAliveMs: 120 };
    await withProxy(
      await echo(),
      async ({ port, proxy }) => {
        expect(await new RawClient(port).toEnd()).to.equal('');
        const client = new RawClient(port).send(GET);
        expect(responsesIn(await client.toEnd())).to.have.length(1);
        expect(proxy.counts().received).to.equal(1);
      },
      { request: times },
    );
  });

  it('outlives the keep-alive time while running is busy', async () => {
    const up = await Upstream.http((_request, response) => {
      setTimeout(() => response.end('<late>'), 250);
    });
    await withProxy(
      up,
      async ({ port }) => {
        const client = new RawClient(port).send(CLOSE);
        expect(responsesIn(await client.toEnd())).to.deep.equal(['late']);
      },
      { request: { headTimeoutMs: 50, idleTimeoutMs: 60, keepAliveMs: 50 } },
    );
  });

  for (const [name, asked] of [
    ['fast', GET],
    ['other', CHUNKED],
  ] as const) {
    it(`ends after the response to a ${name} request when keep-alive is off`, async () => {
      await withProxy(
        await echo(),
        async ({ port }) => {
          const text = await new RawClient(port).send(asked).toEnd();
          expect(responsesIn(text)).to.have.length(1);
          expect(text).to.match(/\r\nConnection: close\r\n/i);
        },
        { request: { keepAliveMs: 0 } },
      );
    });
  }

  it('gets its response, and then the end, after a half-close', async () => {
    const up = await Upstream.replying('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<ok>');
    await withProxy(up, async ({ port }) => {
      const client = new RawClient(port).send(GET);
      client.socket.end();
      expect(responsesIn(await client.toEnd())).to.deep.equal(['ok']);
    });
  });

  it("gets only the head of a response to HEAD, the proxy's own included", async () => {
    const head = 'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n';
    const up = await Upstream.http((_request, response) => response.end('body'));
    await withProxy(up, async ({ port, proxy }) => {
      const client = new RawClient(port).send(head);
      expect(await client.until((text) => text.endsWith('\r\n\r\n'))).to.match(/200 OK/);
      proxy.setRoute({ running: { ...up.target, port: 1 }, mirroring: false });
      client.send(head.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
      expect(await client.toEnd()).to.match(/502 Bad Gateway\r\n[^]*\r\n\r\n$/);
    });
  });
});
