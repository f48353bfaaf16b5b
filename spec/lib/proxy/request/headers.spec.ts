import { expect } from 'chai';
import {
  exchangeRaw,
  flag,
  RawClient,
  Upstream,
  withProxy,
} from '../../../support/proxy-fixture.ts';

const HEAD_END = '\r\n\r\n';

function headOf(text: string): string {
  return text.slice(0, text.indexOf(HEAD_END) + 2);
}

function bodyOf(text: string): string {
  return text.slice(text.indexOf(HEAD_END) + HEAD_END.length);
}

function requestOf(headerBytes: number): string {
  const big = 'x'.repeat(headerBytes);
  return `GET / HTTP/1.1\r\nHost: a\r\nX-Big: ${big}\r\nConnection: close\r\n\r\n`;
}

/** A raw running that sends `response` for each complete head, and records what it received. */
async function responding(
  response: string,
  close = false,
): Promise<{ up: Upstream; got: string[] }> {
  const got: string[] = [];
  const up = await Upstream.raw((socket, all) => {
    if (!all.includes(HEAD_END)) return;
    got.push(all);
    socket.write(response, 'latin1');
    if (close) socket.end();
  });
  return { up, got };
}

describe('the proxy, header by header,', () => {
  it('removes hop-by-hop headers of the request, including those that Connection names', async () => {
    const { up, got } = await responding('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    await withProxy(up, async ({ port }) => {
      await exchangeRaw(
        port,
        'GET / HTTP/1.1\r\nHost: a\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=1\r\n' +
          'TE: gzip\r\nProxy-Connection: keep-alive\r\nTrailer: X\r\nX-End: 1\r\n\r\n',
      );
    });
    expect(got[0]).to.contain('X-End: 1');
    expect(got[0]).not.to.match(/x-hop|keep-alive:|\r\nte:|proxy-connection|trailer/i);
  });

  it('removes hop-by-hop headers of the response, including those that Connection names', async () => {
    const { up } = await responding(
      'HTTP/1.1 200 OK\r\nConnection: X-Hop, keep-alive\r\nX-Hop: 1\r\nKeep-Alive: timeout=77\r\n' +
        'Proxy-Connection: x\r\nX-End: 1\r\nContent-Length: 0\r\n\r\n',
    );
    await withProxy(up, async ({ port }) => {
      const client = new RawClient(port).send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      const text = await client.until((all) => all.includes(HEAD_END));
      client.close();
      expect(text).to.contain('X-End: 1');
      expect(text).not.to.match(/x-hop|timeout=77|proxy-connection/i);
    });
  });

  it('keeps case, order and repetition of request headers', async () => {
    const { up, got } = await responding('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    await withProxy(up, async ({ port }) => {
      await exchangeRaw(
        port,
        'GET / HTTP/1.1\r\nHost: a\r\nCookie: a=1\r\nX-ODD: 1\r\ncookie: b=2\r\nx-odd: \xe9\r\n' +
          'Connection: close\r\n\r\n',
      );
    });
    expect(got[0]).to.contain('Cookie: a=1\r\nX-ODD: 1\r\ncookie: b=2\r\nx-odd: \xe9\r\n');
  });

  it('keeps case, order, repetition and Latin-1 bytes of response headers', async () => {
    const headers =
      'SET-cookie: a=1\r\nX-Odd: \xe9\r\nset-Cookie: b=2\r\nVary: A\r\nVary: B\r\nContent-Length: 2\r\n';
    const { up } = await responding(`HTTP/1.1 200 OK\r\n${headers}\r\nok`);
    await withProxy(up, async ({ port }) => {
      const text = await exchangeRaw(
        port,
        'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      );
      expect(text).to.equal(`HTTP/1.1 200 OK\r\n${headers}Connection: close\r\n\r\nok`);
    });
  });

  it('keeps the reason phrase and an unknown status', async () => {
    const { up } = await responding('HTTP/1.1 299 Très bien\r\nContent-Length: 0\r\n\r\n');
    await withProxy(up, async ({ port }) => {
      const text = await exchangeRaw(
        port,
        'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      );
      expect(headOf(text)).to.contain('HTTP/1.1 299 Tr\xe8s bien\r\n');
    });
  });

  it('keeps a request id and creates a missing one', async () => {
    const { up, got } = await responding('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    await withProxy(up, async ({ port, sink }) => {
      const end = 'Host: a\r\nConnection: close\r\n\r\n';
      await exchangeRaw(port, `GET / HTTP/1.1\r\nX-Request-ID: mine\r\n${end}`);
      await exchangeRaw(port, `GET / HTTP/1.1\r\n${end}`);
      expect(sink.exchanges[0]?.requestId).to.equal('mine');
      expect(sink.exchanges[1]?.requestId).to.have.length.greaterThan(8);
    });
    expect(got[0]).to.contain('X-Request-ID: mine\r\n');
  });

  it('never lets a user mark a request as a copy', async () => {
    const { up, got } = await responding('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    await withProxy(up, async ({ port }) => {
      await exchangeRaw(
        port,
        'GET / HTTP/1.1\r\nHost: a\r\nx-vili-mirror: test\r\nConnection: close\r\n\r\n',
      );
    });
    expect(got[0]).not.to.match(/x-vili-mirror/i);
  });
});

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

  it('rejects an unknown expectation with 417', async () => {
    const { up, got } = await responding('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    await withProxy(up, async ({ port }) => {
      const text = await exchangeRaw(port, 'GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n');
      expect(text).to.match(/^HTTP\/1\.1 417 /);
    });
    expect(got).to.deep.equal([]);
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
    const { up } = await responding(
      'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    );
    await withProxy(up, async ({ port }) => {
      const end = '\r\nHost: a\r\nConnection: close\r\n\r\n';
      expect(await exchangeRaw(port, `GET / HTTP/1.1${end}`)).to.match(
        /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>; rel=preload\r\n\r\nHTTP\/1\.1 200/,
      );
      expect(await exchangeRaw(port, `GET / HTTP/1.0${end}`)).to.match(/^HTTP\/1\.1 200/);
    });
  });

  for (const [name, method, status] of [
    ['HEAD', 'HEAD', '200 OK'],
    ['a 304', 'GET', '304 Not Modified'],
  ] as const) {
    it(`sends no body for ${name} with a Content-Length and keeps the header and the connection`, async () => {
      const { up } = await responding(`HTTP/1.1 ${status}\r\nContent-Length: 10\r\n\r\n`);
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
    const { up } = await responding('HTTP/1.1 204 No Content\r\nX: 1\r\n\r\n');
    await withProxy(up, async ({ port }) => {
      const text = await exchangeRaw(
        port,
        'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      );
      expect(text).to.equal('HTTP/1.1 204 No Content\r\nX: 1\r\nConnection: close\r\n\r\n');
    });
  });

  it('forwards trailers that are announced and accepted', async () => {
    const { up, got } = await responding(
      'HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 7\r\n\r\n',
    );
    await withProxy(up, async ({ port }) => {
      const text = await exchangeRaw(
        port,
        'GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: close, TE\r\n\r\n',
      );
      expect(bodyOf(text)).to.equal('2\r\nok\r\n0\r\nX-Sum: 7\r\n\r\n');
      expect(headOf(text)).to.contain('Trailer: X-Sum\r\n');
    });
    expect(got[0]).to.match(/\r\nTE: trailers\r\n/);
  });

  it('survives a Trailer header next to a Content-Length', async () => {
    const { up } = await responding('HTTP/1.1 200 OK\r\nTrailer: X\r\nContent-Length: 2\r\n\r\nok');
    await withProxy(up, async ({ port }) => {
      const text = await exchangeRaw(
        port,
        'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      );
      expect(bodyOf(text)).to.equal('ok');
    });
  });

  it('forwards a close-delimited response of HTTP/1.0', async () => {
    const { up } = await responding('HTTP/1.0 200 OK\r\nX: 1\r\n\r\nall of it', true);
    await withProxy(up, async ({ port }) => {
      const text = await exchangeRaw(
        port,
        'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      );
      expect(bodyOf(text)).to.equal('9\r\nall of it\r\n0\r\n\r\n');
    });
  });

  it('sends a client of HTTP/1.0 a response without chunks and ends the connection', async () => {
    const { up } = await responding(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T: 1\r\n\r\n',
    );
    await withProxy(up, async ({ port }) => {
      const text = await exchangeRaw(port, 'GET / HTTP/1.0\r\nHost: a\r\n\r\n');
      expect(bodyOf(text)).to.equal('ok');
      expect(text).not.to.match(/chunked/i);
      expect(await exchangeRaw(port, 'GET / HTTP/1.0\r\n\r\n')).to.match(/^HTTP\/1\.1 200 OK/);
    });
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
      const { up, got } = await responding('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      await withProxy(up, async ({ port }) => {
        const text = await exchangeRaw(port, `${sent}\r\nHost: a\r\nConnection: close\r\n\r\n`);
        expect(text).to.match(/^HTTP\/1\.1 200 /);
      });
      expect(got[0]?.split('\r\n')[0]).to.equal(expected);
      if (sent.includes('other')) expect(got[0]).to.match(/\r\nhost: other/i);
    });
  }

  it('accepts a header of 20 KB and rejects one beyond the limit with 431', async () => {
    const { up, got } = await responding('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    await withProxy(up, async ({ port }) => {
      expect(await exchangeRaw(port, requestOf(20_000))).to.match(/^HTTP\/1\.1 200 /);
      expect(await exchangeRaw(port, requestOf(70_000))).to.match(/^HTTP\/1\.1 431 /);
      const many = 'X: 1\r\n'.repeat(600);
      const counted = `GET / HTTP/1.1\r\nHost: a\r\n${many}Connection: close\r\n\r\n`;
      expect(await exchangeRaw(port, counted)).to.match(/^HTTP\/1\.1 431 /);
    });
    expect(got).to.have.length(1);
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
      const client = new RawClient(port).send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      await client.until((text) => text.includes(HEAD_END));
      more.raise();
      await client.until((text) => text.includes('data: 1'));
      client.close();
    });
  });
});
