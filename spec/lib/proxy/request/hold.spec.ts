import { expect } from 'chai';
import { createProxy } from '../../../../lib/proxy/proxy.ts';
import { patientTimeout } from '../../../../lib/runtime/patient-timer.ts';
import { eventually } from '../../../support/eventually.ts';
import {
  exchangeRaw,
  flag,
  GET,
  GET_CLOSE,
  proxySettings,
  RawClient,
  RecordingSink,
  Upstream,
  withProxy,
} from '../../../support/proxy-fixture.ts';

describe('the hold of requests', () => {
  it('keeps requests while there is no running and releases them in order', async () => {
    const bodies: string[] = [];
    const up = await Upstream.http((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        bodies.push(body);
        response.end(`${request.url} ${body}`);
      });
    });
    await withProxy(up, async ({ proxy, port }) => {
      proxy.setRoute({ running: null, mirroring: true });
      const held = exchangeRaw(port, GET_CLOSE);
      const posted = exchangeRaw(
        port,
        'POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi',
      );
      await eventually('2 requests are held', () => proxy.counts().heldNow === 2);
      proxy.setRoute({ running: up.target, mirroring: true });
      expect(await held).to.match(/^HTTP\/1\.1 200 OK/);
      expect(await posted).to.match(/\/p hi$/);
      expect(proxy.counts().submitted).to.equal(1);
    });
    expect(bodies).to.have.length(2);
  });

  it('responds 503 with Retry-After after its time limit or when it is full', async () => {
    await withProxy(
      null,
      async ({ proxy, port }) => {
        const first = exchangeRaw(port, GET_CLOSE);
        await eventually('a request is held', () => proxy.counts().heldNow === 1);
        const second = await exchangeRaw(port, GET_CLOSE);
        expect(second).to.match(/^HTTP\/1\.1 503 Service Unavailable\r\n[^]*Retry-After: \d/);
        expect(await first).to.match(/^HTTP\/1\.1 503 /);
        const { skipped, errors } = proxy.counts();
        expect(skipped.held).to.equal(2);
        expect(errors).to.include({ 'hold-full': 1, 'hold-timeout': 1 });
      },
      { hold: { maxMs: 300, maxRequests: 1, maxBytes: 1_000_000 } },
    );
  });

  it('is limited in bytes', async () => {
    await withProxy(
      null,
      async ({ port }) => {
        const text = await exchangeRaw(
          port,
          'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n',
        );
        expect(text).to.match(/^HTTP\/1\.1 503 /);
      },
      { hold: { maxMs: 5000, maxRequests: 10, maxBytes: 10_000 } },
    );
  });

  it('forgets a held request whose client leaves', async () => {
    await withProxy(null, async ({ proxy, port }) => {
      const client = new RawClient(port).send(GET);
      await eventually('a request is held', () => proxy.counts().heldNow === 1);
      client.close();
      await eventually('no request is held', () => proxy.counts().heldNow === 0);
      expect(proxy.counts().skipped.aborted).to.equal(1);
    });
  });
});

describe('switching the route and draining', () => {
  it('switches in one step, on open connections too', async () => {
    const old = await Upstream.http((_request, response) => response.end('old'), 'app-1/1_running');
    const next = await Upstream.http(
      (_request, response) => response.end('new'),
      'app-2/1_running',
    );
    await withProxy(old, async ({ proxy, port }) => {
      const client = new RawClient(port).send(GET);
      await client.until((text) => text.endsWith('old'));
      proxy.setRoute({ running: next.target, mirroring: false });
      client.send(GET_CLOSE);
      expect(await client.toEnd()).to.match(/new$/);
      expect(proxy.route().running).to.equal(next.target);
      expect(await proxy.drain(old.target, 1000)).to.deep.equal({ finished: 0, cut: 0 });
      await eventually('the old connections are closed', () => old.sockets.size === 0);
    });
    await next.close();
  });

  it('lets requests in flight finish on the old target', async () => {
    const asked = flag();
    const go = flag();
    const old = await Upstream.http((_request, response) => {
      asked.raise();
      response.write('first ');
      void go.raised.then(() => response.end('last'));
    }, 'app-1/1_running');
    const next = await Upstream.http(
      (_request, response) => response.end('new'),
      'app-2/1_running',
    );
    await withProxy(old, async ({ proxy, port }) => {
      const text = exchangeRaw(port, GET_CLOSE);
      await asked.raised;
      proxy.setRoute({ running: next.target, mirroring: false });
      const drained = proxy.drain(old.target, 5000);
      expect(proxy.inFlight(old.target)).to.equal(1);
      go.raise();
      expect(await drained).to.deep.equal({ finished: 1, cut: 0 });
      expect(await text).to.match(/first[^]*last/);
      await eventually('the old connections are closed', () => old.sockets.size === 0);
    });
    await next.close();
  });

  it('cuts the rest after the time limit: 503 before a response has begun, else a broken connection', async () => {
    let asked = 0;
    const old = await Upstream.http((request, response) => {
      asked++;
      if (request.url === '/begun') response.write('some');
    });
    await withProxy(old, async ({ proxy, port }) => {
      const silent = exchangeRaw(port, GET_CLOSE);
      const begun = exchangeRaw(port, GET_CLOSE.replace('/ ', '/begun '));
      await eventually(
        'the second request reaches running',
        () => asked === 2 && proxy.counts().responses['2xx'] === 1,
      );
      proxy.setRoute({ running: null, mirroring: false });
      expect(await proxy.drain(old.target, 30)).to.deep.equal({ finished: 0, cut: 2 });
      expect(await silent).to.match(/^HTTP\/1\.1 503 /);
      expect(await begun).not.to.match(/0\r\n\r\n$/);
      expect(proxy.inFlight()).to.equal(0);
      expect(proxy.counts().errors.cut).to.equal(2);
    });
  });
});

describe('a proxy that opens and closes', () => {
  it('listens once, however often it is called', async () => {
    await withProxy(null, async ({ proxy, port }) => {
      expect(await proxy.listen()).to.deep.equal({ port });
    });
  });

  it('names the port that is taken', async () => {
    await withProxy(null, async ({ port }) => {
      const proxy = createProxy(proxySettings({ port }), new RecordingSink(), {
        onProblem: () => {},
      });
      const error: unknown = await proxy.listen().catch((reason: unknown) => reason);
      expect(error).to.include({ code: 'VILI_GATE_LISTEN' });
      expect(String(error)).to.contain(String(port));
    });
  });

  it('closes gracefully: last responses announce it, idle connections end, new ones are not accepted', async () => {
    const asked = flag();
    const go = flag();
    const up = await Upstream.http((request, response) => {
      if (request.url === '/idle') {
        response.end('idle');
        return;
      }
      asked.raise();
      void go.raised.then(() => response.end('last'));
    });
    await withProxy(up, async ({ proxy, port }) => {
      const idle = new RawClient(port).send(GET.replace('/ ', '/idle '));
      await idle.until((text) => text.endsWith('idle'));
      const busy = new RawClient(port).send(GET);
      await asked.raised;
      const closed = proxy.close(3000);
      expect(await idle.toEnd()).to.match(/idle$/);
      go.raise();
      expect(await busy.toEnd()).to.match(
        /Connection: close\r\n\r\nlast$|Connection: close[^]*last/,
      );
      await closed;
      const text = await exchangeRaw(port, GET).catch((error: unknown) => error);
      expect(text).to.equal('');
    });
  });

  it('leaves its connections to their clients: the next response is the last, requests in flight and tunnels end by themselves', async () => {
    const asked = flag();
    const go = flag();
    const up = await Upstream.http((request, response) => {
      if (request.url === '/idle') {
        response.end('idle');
        return;
      }
      asked.raise();
      void go.raised.then(() => response.end('last'));
    });
    await withProxy(up, async ({ proxy, port }) => {
      const idle = new RawClient(port).send(GET.replace('/ ', '/idle '));
      await idle.until((text) => text.endsWith('idle'));
      const busy = new RawClient(port).send(GET);
      await asked.raised;
      expect(await proxy.connections()).to.equal(2);
      let isOver = false;
      const left = proxy.leave().then(() => (isOver = true));
      idle.send(GET.replace('/ ', '/idle '));
      expect(await idle.toEnd()).to.match(/Connection: close[^]*idle$/);
      const text = await exchangeRaw(port, GET).catch((error: unknown) => error);
      expect(text).to.equal('');
      expect(isOver).to.equal(false);
      go.raise();
      expect(await busy.toEnd()).to.match(/Connection: close[^]*last$/);
      await left;
      expect(await proxy.connections()).to.equal(0);
    });
  });

  it('leaves an idle connection open for as long as its client was told', async () => {
    const up = await Upstream.http((_request, response) => void response.end('idle'));
    const use = async ({ proxy, port }: Parameters<Parameters<typeof withProxy>[1]>[0]) => {
      const idle = new RawClient(port).send(GET);
      await idle.until((text) => text.endsWith('idle'));
      const left = proxy.leave();
      // Its client may use it again at any moment: any time that is shorter than told is too short. Counted as the proxy counts.
      await new Promise<void>((resolve) => patientTimeout(6000, resolve));
      expect(await proxy.connections()).to.equal(1);
      expect(await idle.send(GET).toEnd()).to.match(/Connection: close[^]*idle$/);
      await left;
    };
    await withProxy(up, use, { request: { keepAliveMs: 65_000 } });
  }).timeout(20_000);

  it('closes without a reset while a client still sends, which gets its response', async () => {
    const asked = flag();
    const go = flag();
    const up = await Upstream.http((_request, response) => {
      asked.raise();
      void go.raised.then(() => response.end('last'));
    });
    await withProxy(up, async ({ proxy, port }) => {
      const client = new RawClient(port);
      client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n');
      client.send('x'.repeat(300_000));
      await asked.raised;
      const closed = proxy.close(3000);
      client.send('x'.repeat(300_000));
      go.raise();
      const text = await client.toEnd();
      expect(text).to.match(/^HTTP\/1\.1 200 OK[^]*Connection: close[^]*last/);
      expect(client.error).to.equal(null);
      await closed;
    });
  });

  it('cuts what does not finish by the deadline', async () => {
    const asked = flag();
    const up = await Upstream.http(() => asked.raise());
    await withProxy(up, async ({ proxy, port }) => {
      const text = exchangeRaw(port, GET);
      await asked.raised;
      await proxy.close(50);
      expect(await text).to.match(/^HTTP\/1\.1 503 /);
    });
  });
});
