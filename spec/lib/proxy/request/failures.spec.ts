import { expect } from 'chai';
import {
  deadTarget,
  exchangeRaw,
  GET,
  GET_CLOSE,
  OK,
  RawClient,
  Upstream,
  withProxy,
} from '../../../support/proxy-fixture.ts';
import { reset } from '../../../support/reset.ts';

/** Responds once per connection, then dies at the next request. */
function dyingUpstream(seen: string[]): Promise<Upstream> {
  const used = new WeakSet();
  return Upstream.raw((socket, all) => {
    if (used.has(socket)) {
      reset(socket);
      return;
    }
    used.add(socket);
    seen.push(all.split(' ')[0] ?? '');
    socket.write(OK);
  });
}

describe('the proxy, when running fails,', () => {
  it('responds 502 when the connection is refused, reveals nothing internal, and submits the exchange', async () => {
    const use: Parameters<typeof withProxy>[1] = async ({ proxy, port, sink }) => {
      const running = await deadTarget();
      proxy.setRoute({ running, mirroring: true });
      const text = await exchangeRaw(port, GET_CLOSE);
      expect(text).to.match(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
      expect(text).not.to.match(/ECONN|127\.0\.0\.1|vili|undici|node/i);
      const [exchange] = sink.exchanges;
      expect(exchange).to.include({ status: 0, failure: 'refused', responseBody: null });
      expect(proxy.counts().errors.refused).to.equal(1);
    };
    await withProxy(null, use, { hold: { maxMs: 100 } });
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
      { errorPage: '<p>{status}: {reason}, désolé</p>', hold: { maxMs: 100 } },
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
      setTimeout(() => reset(socket), 20);
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
      if (used.has(socket)) reset(socket);
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
