import { expect } from 'chai';
import {
  flag,
  proxySettings,
  RawClient,
  Upstream,
  withProxy,
} from '../../../support/proxy-fixture.ts';

const GET = 'GET /plain HTTP/1.1\r\nHost: a\r\n\r\n';
const CHUNKED =
  'POST /odd HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n';
const CLOSE = 'GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

/** Answers with method, path and body. */
function echo(): Promise<Upstream> {
  return Upstream.http((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => response.end(`<${request.method} ${request.url} ${body}>`));
  });
}

const saidIn = (text: string): string[] =>
  [...text.matchAll(/<(.*?)>/g)].map(([, said = '']) => said);

describe('a connection with plain requests', () => {
  it('may go on with any other, and with plain ones again', async () => {
    await withProxy(await echo(), async ({ port, proxy }) => {
      const client = new RawClient(port);
      const requests = [GET, GET, CHUNKED, GET, CHUNKED];
      for (const [index, request] of requests.entries()) {
        client.send(request);
        await client.until((text) => saidIn(text).length === index + 1);
      }
      const text = await client.send(CLOSE).toEnd();
      const [plain, odd] = ['GET /plain ', 'POST /odd hi'];
      expect(saidIn(text)).to.deep.equal([plain, plain, odd, plain, odd, 'GET /last ']);
      expect(proxy.counts().received).to.equal(6);
    });
  });

  it('is answered in order when others come before the first is answered', async () => {
    const asked = flag();
    const go = flag();
    const up = await Upstream.http((request, response) => {
      const answer = (): void => void response.end(`<${request.url}>`);
      if (request.url !== '/plain') return answer();
      asked.raise();
      void go.raised.then(answer);
    });
    await withProxy(up, async ({ port }) => {
      const client = new RawClient(port).send(GET);
      await asked.raised;
      client.send(CHUNKED).send('GET /next HTTP/1.1\r\nHost: a\r\n\r\n').send(CLOSE);
      go.raise();
      expect(saidIn(await client.toEnd())).to.deep.equal(['/plain', '/odd', '/next', '/last']);
    });
  });

  it('is answered when its head comes in pieces, from the first byte on', async () => {
    await withProxy(await echo(), async ({ port }) => {
      const client = new RawClient(port);
      for (const byte of CLOSE) {
        client.send(byte);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(saidIn(await client.toEnd())).to.deep.equal(['GET /last ']);
    });
  });

  it('is not disturbed by an empty line too many, not even from a client that closes its side', async () => {
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
      expect(saidIn(await client.toEnd())).to.deep.equal(['ok']);
      expect(proxy.counts().received).to.equal(1);
    });
  });

  it('gets a 400 for what is malformed behind them, and that is the end', async () => {
    await withProxy(await echo(), async ({ port, proxy }) => {
      const client = new RawClient(port).send(GET);
      await client.until((text) => saidIn(text).length === 1);
      client.send('GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n');
      expect(await client.toEnd()).to.match(/<GET \/plain >[^]*HTTP\/1\.1 400 Bad Request\r\n/);
      expect(proxy.counts().errors['client-malformed']).to.equal(1);
    });
  });

  it('ends after the time a connection may wait, the first time and between two', async () => {
    const { request } = proxySettings();
    const times = { ...request, headTimeoutMs: 60, keepAliveMs: 120 };
    await withProxy(
      await echo(),
      async ({ port, proxy }) => {
        expect(await new RawClient(port).toEnd()).to.equal('');
        const client = new RawClient(port).send(GET);
        expect(saidIn(await client.toEnd())).to.have.length(1);
        expect(proxy.counts().received).to.equal(1);
      },
      { request: times },
    );
  });

  it('outlives the time between two while running thinks', async () => {
    const up = await Upstream.http((_request, response) => {
      setTimeout(() => response.end('<late>'), 250);
    });
    const { request } = proxySettings();
    await withProxy(
      up,
      async ({ port }) => {
        const client = new RawClient(port).send(CLOSE);
        expect(saidIn(await client.toEnd())).to.deep.equal(['late']);
      },
      { request: { ...request, headTimeoutMs: 50, idleTimeoutMs: 60, keepAliveMs: 50 } },
    );
  });

  for (const [name, asked] of [
    ['plain', GET],
    ['other', CHUNKED],
  ] as const) {
    it(`ends behind the answer to a ${name} request where none may be idle`, async () => {
      const { request } = proxySettings();
      await withProxy(
        await echo(),
        async ({ port }) => {
          const text = await new RawClient(port).send(asked).toEnd();
          expect(saidIn(text)).to.have.length(1);
          expect(text).to.match(/\r\nConnection: close\r\n/i);
        },
        { request: { ...request, keepAliveMs: 0 } },
      );
    });
  }

  it('gets the answer, and then the end, when the client has closed its side', async () => {
    const up = await Upstream.raw((socket, all) => {
      if (all.endsWith('\r\n\r\n'))
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<ok>');
    });
    await withProxy(up, async ({ port }) => {
      const client = new RawClient(port).send(GET);
      client.socket.end();
      expect(saidIn(await client.toEnd())).to.deep.equal(['ok']);
    });
  });

  it('is told to HEAD what there would be, also by the proxy itself, and nothing more', async () => {
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
