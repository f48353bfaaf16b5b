import { expect } from 'chai';
import {
  EMPTY_OK,
  exchangeRaw,
  flag,
  GET,
  GET_CLOSE,
  RawClient,
  through,
  Upstream,
  withProxy,
} from '../../../support/proxy-fixture.ts';

const HEAD_END = '\r\n\r\n';

describe('the proxy, by kind of request,', () => {
  for (const method of ['GET', 'DELETE', 'PATCH']) {
    it(`forwards a chunked body of ${method} as a body`, async () => {
      const bodies: string[] = [];
      const up = await Upstream.http((request, response) => {
        let body = '';
        request.on('data', (chunk: Buffer) => (body += chunk.toString()));
        request.on('end', () => {
          bodies.push(`${request.method} ${request.headers['transfer-encoding'] ?? ''} ${body}`);
          response.end();
        });
      });
      await withProxy(up, async ({ port }) => {
        await exchangeRaw(
          port,
          `${method} / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n` +
            '5\r\nhello\r\n0\r\n\r\n',
        );
      });
      expect(bodies).to.deep.equal([`${method} chunked hello`]);
    });
  }

  it('forwards a GET with a body of known length', async () => {
    const bodies: string[] = [];
    const up = await Upstream.http((request, response) => {
      request.on('data', (chunk: Buffer) => bodies.push(chunk.toString()));
      request.on('end', () => response.end());
    });
    await withProxy(up, async ({ port, sink }) => {
      await exchangeRaw(
        port,
        'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello',
      );
      expect(sink.exchanges[0]?.body?.toString()).to.equal('hello');
    });
    expect(bodies).to.deep.equal(['hello']);
  });

  it('sends 100 Continue before the body arrives and then one response', async () => {
    const up = await Upstream.http((request, response) => request.pipe(response));
    await withProxy(up, async ({ port }) => {
      const client = new RawClient(port).send(
        'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\nConnection: close\r\n\r\n',
      );
      await client.until((text) => text.startsWith('HTTP/1.1 100 Continue\r\n\r\n'));
      client.send('hello');
      const text = await client.toEnd();
      expect(text.match(/HTTP\/1\.1 /g)).to.have.length(2);
      expect(text).to.contain('hello');
    });
  });

  for (const [name, stray] of [
    ['one', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['two, with headers', 'HTTP/1.1 100 Continue\r\nX: 1\r\n\r\nHTTP/1.1 100 \r\n\r\n'],
    ['one after early hints', 'HTTP/1.1 103 x\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n'],
  ] as const) {
    it(`forwards the response after a stray 100 Continue (${name}), in one piece or several`, async () => {
      const text = `${stray}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`;
      const up = await Upstream.raw((socket, all) => {
        if (!all.endsWith(HEAD_END)) return;
        if (!all.includes('/pieces')) {
          socket.write(text);
          return;
        }
        const step = (at: number): void => {
          if (at >= text.length) return;
          socket.write(text.slice(at, at + 7));
          setTimeout(step, 1, at + 7);
        };
        step(0);
      });
      await withProxy(up, async ({ port }) => {
        for (const path of ['/', '/', '/pieces']) {
          const request = `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
          const received = await exchangeRaw(port, request);
          expect(received).to.match(
            /HTTP\/1\.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok$/,
          );
        }
      });
    });
  }

  it('forwards Early Hints to a client of HTTP/1.1 only', async () => {
    const hints = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n';
    const old = GET_CLOSE.replace('HTTP/1.1', 'HTTP/1.0');
    const { texts } = await through([GET_CLOSE, old], hints + EMPTY_OK);
    expect(texts[0]?.startsWith(`${hints}HTTP/1.1 200`)).to.equal(true);
    expect(texts[1]).to.match(/^HTTP\/1\.1 200/);
  });

  for (const [name, method, status] of [
    ['HEAD', 'HEAD', '200 OK'],
    ['a 304', 'GET', '304 Not Modified'],
  ] as const) {
    it(`sends no body for ${name} with a Content-Length and keeps the header and the connection`, async () => {
      const up = await Upstream.replying(`HTTP/1.1 ${status}\r\nContent-Length: 10\r\n\r\n`);
      await withProxy(up, async ({ port, sink }) => {
        const client = new RawClient(port);
        for (let round = 1; round <= 2; round++) {
          client.send(`${method} / HTTP/1.1\r\nHost: a\r\n\r\n`);
          await client.until((text) => text.split(HEAD_END).length === round + 1);
        }
        client.close();
        expect(client.text.match(/Content-Length: 10/g)).to.have.length(2);
        await client.toEnd();
        expect(sink.exchanges.map((exchange) => exchange.failure)).to.deep.equal([null, null]);
      });
    });
  }

  it('forwards 204 without a body', async () => {
    const { text } = await through(GET_CLOSE, 'HTTP/1.1 204 No Content\r\nX: 1\r\n\r\n');
    expect(text).to.equal('HTTP/1.1 204 No Content\r\nX: 1\r\nConnection: close\r\n\r\n');
  });

  it('forwards trailers that are announced and accepted', async () => {
    const { text, got } = await through(
      'GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: close, TE\r\n\r\n',
      'HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 7\r\n\r\n',
    );
    const [head = '', ...body] = text.split(HEAD_END);
    expect(body.join(HEAD_END)).to.equal('2\r\nok\r\n0\r\nX-Sum: 7\r\n\r\n');
    expect(`${head}\r\n`).to.contain('Trailer: X-Sum\r\n');
    expect(got[0]).to.match(/\r\nTE: trailers\r\n/);
  });

  for (const [name, response, body] of [
    [
      'with a Trailer header next to a Content-Length',
      'HTTP/1.1 200 OK\r\nTrailer: X\r\nContent-Length: 2\r\n\r\nok',
      'ok',
    ],
    [
      'of HTTP/1.0 that ends with its connection',
      'HTTP/1.0 200 OK\r\nX: 1\r\n\r\nall of it',
      '9\r\nall of it\r\n0\r\n\r\n',
    ],
  ] as const) {
    it(`forwards a response ${name}`, async () => {
      const { text } = await through(GET_CLOSE, response, {
        closes: !response.includes('Content-Length'),
      });
      expect(text.slice(text.indexOf(HEAD_END) + HEAD_END.length)).to.equal(body);
    });
  }

  it('sends a client of HTTP/1.0 a response without chunks and ends the connection', async () => {
    const { texts } = await through(
      ['GET / HTTP/1.0\r\nHost: a\r\n\r\n', 'GET / HTTP/1.0\r\n\r\n'],
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T: 1\r\n\r\n',
    );
    expect(texts[0]?.split(HEAD_END)[1]).to.equal('ok');
    expect(texts[0]).not.to.match(/chunked/i);
    expect(texts[1]).to.match(/^HTTP\/1\.1 200 OK/);
  });

  it('responds to pipelined requests in order, one after the other', async () => {
    const paths: string[] = [];
    const up = await Upstream.http((request, response) => {
      paths.push(request.url ?? '');
      setTimeout(() => response.end(request.url), request.url === '/1' ? 50 : 0);
    });
    await withProxy(up, async ({ port, proxy }) => {
      const text = await exchangeRaw(
        port,
        'GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      );
      expect(text.match(/\/[12]$|\/[12](?=HTTP)/gm)).to.deep.equal(['/1', '/2']);
      expect(proxy.counts().received).to.equal(2);
    });
    expect(paths).to.deep.equal(['/1', '/2']);
  });

  it('rejects CONNECT with 405', async () => {
    await withProxy(null, async ({ port }) => {
      const text = await exchangeRaw(port, 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n');
      expect(text).to.match(/^HTTP\/1\.1 405 /);
    });
  });

  it('streams a response as it arrives, head first', async () => {
    const more = flag();
    const up = await Upstream.http((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.flushHeaders();
      void more.raised.then(() => response.write('data: 1\n\n'));
    });
    await withProxy(up, async ({ port }) => {
      const client = new RawClient(port).send(GET);
      await client.until((text) => text.includes(HEAD_END));
      more.raise();
      await client.until((text) => text.includes('data: 1'));
      client.close();
    });
  });
});
