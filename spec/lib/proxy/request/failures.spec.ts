import { expect } from 'chai';
import { eventually } from '../../../support/eventually.ts';
import {
  deadTarget,
  exchangeRaw,
  flag,
  RawClient,
  silentUpstream,
  Upstream,
  withProxy,
} from '../../../support/proxy-fixture.ts';

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const GET_CLOSE = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** Responds once per connection, then dies at the next request. */
function dyingUpstream(seen: string[]): Promise<Upstream> {
  const used = new WeakSet();
  return Upstream.raw((socket, all) => {
    if (used.has(socket)) {
      socket.resetAndDestroy();
      return;
    }
    used.add(socket);
    seen.push(all.split(' ')[0] ?? '');
    socket.write(OK);
  });
}

describe('the proxy, when running fails,', () => {
  it('responds 502 when the connection is refused, reveals nothing internal, and submits the exchange', async () => {
    await withProxy(null, async ({ proxy, port, sink }) => {
      const running = await deadTarget();
      proxy.setRoute({ running, mirroring: true });
      const text = await exchangeRaw(port, GET_CLOSE);
      expect(text).to.match(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
      expect(text).not.to.match(/ECONN|127\.0\.0\.1|vili|undici|node/i);
      const [exchange] = sink.exchanges;
      expect(exchange).to.include({ status: 0, failure: 'refused', responseBody: null });
      expect(proxy.counts().errors.refused).to.equal(1);
    });
  });

  it('responds 504 when running exceeds its response timeout', async () => {
    const up = await Upstream.raw(() => {});
    await withProxy(
      up,
      async ({ port, sink }) => {
        expect(await exchangeRaw(port, GET_CLOSE)).to.match(/^HTTP\/1\.1 504 /);
        expect(sink.exchanges[0]).to.include({ status: 0, failure: 'timeout' });
      },
      { upstream: { headTimeoutMs: 100 } },
    );
  });

  it('responds 502 when running does not speak HTTP', async () => {
    const up = await Upstream.raw((socket) => socket.end('SSH-2.0-what\r\n'));
    await withProxy(up, async ({ port, sink }) => {
      expect(await exchangeRaw(port, GET_CLOSE)).to.match(/^HTTP\/1\.1 502 /);
      expect(sink.exchanges[0]?.failure).to.equal('malformed');
    });
  });

  it('uses the configured page for its own 5xx', async () => {
    await withProxy(
      null,
      async ({ proxy, port }) => {
        proxy.setRoute({ running: await deadTarget(), mirroring: false });
        const text = await exchangeRaw(port, GET_CLOSE);
        expect(text).to.contain('<p>502: Bad Gateway, désolé</p>'.replaceAll('é', '\xc3\xa9'));
      },
      { errorPage: '<p>{status}: {reason}, désolé</p>' },
    );
  });

  for (const [name, response] of [
    ['with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome'],
    ['in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n'],
  ] as const) {
    it(`breaks the client's connection when running breaks off a response ${name}`, async () => {
      const up = await Upstream.raw((socket) => {
        socket.write(response, () => socket.destroy());
      });
      await withProxy(up, async ({ port, sink, proxy }) => {
        const client = new RawClient(port).send(GET);
        const text = await client.toEnd();
        expect(text).to.contain('some');
        expect(text).not.to.match(/0\r\n\r\n$/);
        expect(sink.exchanges[0]).to.include({ status: 0 });
        expect(sink.exchanges[0]?.failure).not.to.equal(null);
        expect(proxy.counts().responses['2xx']).to.equal(1);
      });
    });
  }

  it("breaks the client's connection when a response of unknown length is reset", async () => {
    const up = await Upstream.raw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nsome');
      setTimeout(() => socket.resetAndDestroy(), 20);
    });
    await withProxy(up, async ({ port, sink }) => {
      const text = await new RawClient(port).send(GET).toEnd();
      expect(text).to.contain('some');
      expect(text).not.to.match(/0\r\n\r\n$/);
      expect(sink.exchanges[0]?.failure).to.equal('reset');
    });
  });

  it('repeats a GET once on a new connection when the reused one has died', async () => {
    const seen: string[] = [];
    const up = await dyingUpstream(seen);
    await withProxy(up, async ({ port, proxy }) => {
      const client = new RawClient(port).send(GET);
      await client.until((text) => text.endsWith('ok'));
      client.send(GET_CLOSE);
      expect((await client.toEnd()).match(/200 OK/g)).to.have.length(2);
      expect(proxy.counts().retried).to.equal(1);
    });
    expect(seen).to.deep.equal(['GET', 'GET']);
  });

  it('responds 502 to a POST in the same case and never repeats it', async () => {
    const seen: string[] = [];
    const up = await dyingUpstream(seen);
    await withProxy(up, async ({ port, proxy }) => {
      const client = new RawClient(port).send(GET);
      await client.until((text) => text.endsWith('ok'));
      client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi');
      expect(await client.toEnd()).to.match(/okHTTP\/1\.1 502 /);
      expect(proxy.counts().retried).to.equal(0);
    });
    expect(seen).to.deep.equal(['GET']);
  });

  it('repeats a PUT together with its small body', async () => {
    const bodies: string[] = [];
    const used = new WeakSet();
    const up = await Upstream.raw((socket, all) => {
      if (used.has(socket)) socket.resetAndDestroy();
      else if (all.startsWith('GET') || all.endsWith('hello')) {
        used.add(socket);
        bodies.push(all.slice(-5));
        socket.write(OK);
      }
    });
    await withProxy(up, async ({ port }) => {
      const client = new RawClient(port).send(GET);
      await client.until((text) => text.endsWith('ok'));
      client.send(
        'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello',
      );
      expect((await client.toEnd()).match(/200 OK/g)).to.have.length(2);
    });
    expect(bodies[1]).to.equal('hello');
  });

  it('forwards an early 413 to a client that is still uploading', async () => {
    const up = await Upstream.raw((socket, all) => {
      if (all.includes('\r\n\r\n') && !socket.writableEnded) {
        socket.end('HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig');
      }
    });
    await withProxy(up, async ({ port }) => {
      for (const framing of ['Content-Length: 3000000', 'Transfer-Encoding: chunked']) {
        const client = new RawClient(port).send(`POST / HTTP/1.1\r\nHost: a\r\n${framing}\r\n\r\n`);
        if (framing.startsWith('T')) client.send(`30d40\r\n${'x'.repeat(200_000)}\r\n`);
        else client.send('x'.repeat(200_000));
        const text = await client.until((all) => all.endsWith('big'));
        expect(text).to.match(/^HTTP\/1\.1 413 Too Large\r\n/);
        client.close();
      }
    });
  });
});

describe('the proxy, when the client fails,', () => {
  it('ends the request to running when the client leaves', async () => {
    const { up, asked, left } = await silentUpstream();
    await withProxy(up, async ({ port, proxy }) => {
      const client = new RawClient(port).send(GET);
      await asked.raised;
      client.close();
      await left.raised;
      await eventually('the request is over', () => proxy.inFlight() === 0);
      expect(proxy.counts().skipped.aborted).to.equal(1);
    });
  });

  it('ends the request to running when the client leaves in the middle of an upload', async () => {
    const { up, asked, left } = await silentUpstream();
    await withProxy(up, async ({ port }) => {
      const client = new RawClient(port);
      client.send(
        `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n${'x'.repeat(100_000)}`,
      );
      await asked.raised;
      client.close();
      await left.raised;
    });
  });

  it('slows running down while the client does not read', async () => {
    const total = 64 * 1024 * 1024;
    let written = 0;
    const stalled = flag();
    const up = await Upstream.http((_request, response) => {
      const chunk = Buffer.alloc(65536, 'x');
      let timer: NodeJS.Timeout | undefined;
      const write = (): void => {
        clearTimeout(timer);
        while (written < total) {
          written += chunk.length;
          if (!response.write(chunk)) break;
        }
        timer = setTimeout(() => stalled.raise(), 150);
      };
      response.on('drain', write);
      response.on('close', () => clearTimeout(timer));
      write();
    });
    await withProxy(up, async ({ port }) => {
      const client = new RawClient(port);
      client.socket.pause();
      client.send(GET);
      await stalled.raised;
      expect(written).to.be.lessThan(total / 2);
      client.close();
    });
  });

  it('slows the client down while running does not read', async () => {
    const stalled = flag();
    const up = await Upstream.raw((socket) => socket.pause());
    await withProxy(up, async ({ port }) => {
      const client = new RawClient(port);
      client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n');
      const chunk = Buffer.alloc(65536, 'x');
      let written = 0;
      let timer: NodeJS.Timeout | undefined;
      const write = (): void => {
        clearTimeout(timer);
        while (written < 90_000_000) {
          written += chunk.length;
          if (!client.socket.write(chunk)) break;
        }
        timer = setTimeout(() => stalled.raise(), 150);
      };
      client.socket.on('drain', write);
      write();
      await stalled.raised;
      expect(written).to.be.lessThan(45_000_000);
      client.close();
    });
  });

  it('responds 408 to an incomplete head', async () => {
    await withProxy(
      null,
      async ({ port }) => {
        const text = await exchangeRaw(port, 'GET / HTTP/1.1\r\nHos');
        expect(text).to.match(/^HTTP\/1\.1 408 /);
      },
      { request: { headTimeoutMs: 150 } },
    );
  });

  it('ends a connection that stays silent without counting a request', async () => {
    await withProxy(
      null,
      async ({ port, proxy }) => {
        expect(await exchangeRaw(port, '')).to.equal('');
        expect(proxy.counts().received).to.equal(0);
      },
      { request: { headTimeoutMs: 100 } },
    );
  });

  it('responds 408 to an incomplete body, small or large', async () => {
    const up = await Upstream.raw(() => {});
    await withProxy(
      up,
      async ({ port, proxy }) => {
        for (const length of [10, 500_000]) {
          const text = await exchangeRaw(
            port,
            `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\nxx`,
          );
          expect(text).to.match(/^HTTP\/1\.1 408 /);
        }
        expect(proxy.counts().errors['client-timeout']).to.equal(2);
      },
      { request: { idleTimeoutMs: 150 } },
    );
  });

  it('lets running take longer than a client may be idle', async () => {
    const up = await Upstream.http((_request, response) => {
      setTimeout(() => response.end('late'), 300);
    });
    await withProxy(
      up,
      async ({ port }) => {
        expect(await exchangeRaw(port, GET_CLOSE)).to.match(/late$/);
      },
      { request: { idleTimeoutMs: 80 } },
    );
  });

  it('ends a connection that waits too long for its next request', async () => {
    const up = await Upstream.http((_request, response) => response.end('ok'));
    await withProxy(
      up,
      async ({ port }) => {
        expect(await exchangeRaw(port, GET)).to.match(/ok$/);
      },
      {
        request: { keepAliveMs: 100 },
      },
    );
  });

  it('accepts no more connections than allowed', async () => {
    const up = await Upstream.http((_request, response) => response.end('ok'));
    await withProxy(
      up,
      async ({ port, proxy }) => {
        const first = new RawClient(port).send(GET);
        await first.until((text) => text.endsWith('ok'));
        expect(await exchangeRaw(port, GET)).to.equal('');
        first.close();
        expect(proxy.counts().connectionsRejected).to.equal(1);
      },
      { request: { maxConnections: 1 } },
    );
  });

  it('lets requests wait for one of the limited connections to running', async () => {
    const up = await Upstream.http((_request, response) => {
      setTimeout(() => response.end('ok'), 60);
    });
    await withProxy(
      up,
      async ({ port, proxy }) => {
        const texts = await Promise.all([1, 2, 3].map(() => exchangeRaw(port, GET_CLOSE)));
        expect(texts.every((text) => text.endsWith('ok'))).to.equal(true);
        expect(up.connections).to.equal(1);
        expect(proxy.counts().errors.overloaded).to.equal(0);
      },
      { upstream: { maxConnections: 1 } },
    );
  });
});
