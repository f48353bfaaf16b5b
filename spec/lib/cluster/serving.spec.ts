import { expect } from 'chai';
import { withCluster } from '../../support/cluster-fixture.ts';
import { eventually } from '../../support/eventually.ts';
import { exchangeRaw, flag, RawClient, Upstream } from '../../support/proxy-fixture.ts';

const GET = 'GET /items HTTP/1.1\r\nHost: a\r\n\r\n';
const LAST = 'GET /items HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

function hello(): Promise<Upstream> {
  return Upstream.http((_request, response) => response.end('hello'));
}

describe('Several proxy processes', () => {
  it('serve the same port, each with a share of the connections', async () => {
    await withCluster(await hello(), async ({ port, pids, events, counted }) => {
      const clients = Array.from({ length: 10 }, () => new RawClient(port));
      await Promise.all(clients.map((it) => it.send(GET).until((text) => text.endsWith('hello'))));
      await counted('all are counted', ({ received }) => received === 10);
      const [victim = 0] = pids();
      process.kill(victim, 'SIGKILL');
      await eventually('its end is reported', () => events.some(({ kind }) => kind === 'ended'));
      const broken = clients.filter(({ ended }) => ended).length;
      expect(broken).to.be.within(3, 7);
      const reported = { pid: victim, reason: 'SIGKILL', connections: broken };
      expect(events.find(({ kind }) => kind === 'ended')).to.include(reported);
      await eventually('another takes its place', () => pids().length === 2);
      for (const client of clients) client.close();
    });
  });

  it('agree on which users have another servlet', async () => {
    const next = await Upstream.http(
      (_request, response) => response.end('new'),
      'app-2/1_running',
    );
    const served = async (port: number, client: number): Promise<string> => {
      const name = `X-Forwarded-For: 10.0.0.${client}\r\n`;
      const text = await exchangeRaw(port, LAST.replace('Connection', `${name}Connection`));
      return text.slice(text.indexOf('\r\n\r\n') + 4);
    };
    try {
      await withCluster(
        await hello(),
        async ({ port, proxy, counted }) => {
          const share = { target: next.target, size: 0.5, salt: 'salt', key: null };
          proxy.setRoute({ ...proxy.route(), share });
          // Resolves when every process has the route.
          await proxy.drain(next.target, 0);
          // Of one client, several times: each of the two processes has some of these connections.
          for (let client = 1; client <= 8; client++) {
            const names = await Promise.all(Array.from({ length: 6 }, () => served(port, client)));
            expect(new Set(names).size, `client ${client}: ${names.join(' ')}`).to.equal(1);
          }
          const names = await Promise.all(
            Array.from({ length: 40 }, (_, client) => served(port, client)),
          );
          expect(new Set(names)).to.deep.equal(new Set(['hello', 'new']));
          await counted('all are counted', ({ received }) => received === 88);
        },
        { settings: { trustedProxies: ['loopback'] } },
      );
    } finally {
      await next.close();
    }
  });

  it('pass every exchange to the one mirror, also one larger than a batch', async () => {
    const large = 'x'.repeat(300_000);
    const upstream = await Upstream.http((request, response) => {
      response.end(request.url === '/large' ? large : 'small');
    });
    await withCluster(upstream, async ({ port, mirror }) => {
      const ask = (path: string) =>
        exchangeRaw(port, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
      await Promise.all([...Array.from({ length: 20 }, () => ask('/s')), ask('/large')]);
      await eventually('all copies', () => mirror.exchanges.length === 21);
      const ids = new Set(mirror.exchanges.map(({ requestId }) => requestId));
      expect(ids.size).to.equal(21);
      const found = mirror.exchanges.find(({ path }) => path === '/large');
      expect(found?.responseBody?.toString()).to.equal(large);
      expect(Math.abs((found?.atMs ?? 0) - Date.now())).to.be.below(5000);
    });
  });

  it('leave out copies that the mirror would drop, and count them by its reason', async () => {
    await withCluster(await hello(), async ({ proxy, port, mirror, counted }) => {
      mirror.reason = 'breaker';
      proxy.setRoute(proxy.route());
      await exchangeRaw(port, LAST);
      await counted('a shed copy', ({ shed }) => shed === 1);
      expect([...mirror.drops]).to.deep.equal([['breaker', 1]]);
    });
  });

  it('drop copies beyond the bytes that may be on the way at once', async () => {
    await withCluster(
      await hello(),
      async ({ port, mirror, counted }) => {
        await exchangeRaw(port, LAST);
        await counted('it is counted', ({ submitted }) => submitted === 1);
        expect([...mirror.drops]).to.deep.equal([['too-large', 1]]);
      },
      { queueBytes: 64 },
    );
  });

  it('leave out copies when their users need the time, and let the mirror know', async () => {
    await withCluster(
      await hello(),
      async ({ port, mirror }) => {
        await eventually('the mirror knows that they are busy', () => mirror.isBusy);
        const ask = () => Promise.all(Array.from({ length: 4 }, () => exchangeRaw(port, LAST)));
        await ask();
        await eventually('a copy is left out', () => (mirror.drops.get('busy') ?? 0) > 0);
      },
      { busyLimit: 0 },
    );
  });

  it('observe the responses of running', async () => {
    await withCluster(await hello(), async ({ proxy, port }) => {
      const seen: string[] = [];
      const stop = proxy.onTraffic((batch) => seen.push(...batch.map(({ path }) => path)));
      await Promise.all([exchangeRaw(port, LAST), exchangeRaw(port, LAST)]);
      await eventually('both are observed', () => seen.length === 2);
      stop();
    });
  });

  it('hold requests in all processes and release them all', async () => {
    const upstream = await hello();
    await withCluster(upstream, async ({ proxy, port, counted }) => {
      proxy.setRoute({ running: null, mirroring: false });
      const responses = Array.from({ length: 6 }, () => exchangeRaw(port, LAST));
      await counted('all are held', ({ heldNow }) => heldNow === 6);
      proxy.setRoute({ running: upstream.target, mirroring: false });
      for (const response of await Promise.all(responses))
        expect(response).to.match(/200 OK[^]*hello$/);
    });
  });

  it('hold no more requests together than a single process would', async () => {
    await withCluster(
      null,
      async ({ port, counted }) => {
        const clients = Array.from({ length: 8 }, () => new RawClient(port).send(GET));
        const counts = await counted(
          'all requests have come',
          ({ heldNow, responses }) => heldNow + responses['5xx'] === 8,
        );
        expect(counts.heldNow).to.equal(3);
        for (const client of clients) client.close();
      },
      { settings: { hold: { maxRequests: 3 } } },
    );
  });

  it('reject connections beyond the limit for all of them', async () => {
    await withCluster(
      await hello(),
      async ({ port, counted }) => {
        const clients = Array.from({ length: 3 }, () => new RawClient(port));
        await Promise.all(
          clients.map((it) => it.send(GET).until((text) => text.endsWith('hello'))),
        );
        const late = new RawClient(port).send(GET);
        expect(await late.toEnd()).to.equal('');
        const counts = await counted('three requests', ({ received }) => received === 3);
        expect(counts.connectionsRejected).to.equal(1);
        for (const client of clients) client.close();
      },
      { settings: { request: { maxConnections: 3 } } },
    );
  });

  it('respond to slow heads with 408, as a single process does', async () => {
    await withCluster(
      await hello(),
      async ({ port }) => {
        const slow = new RawClient(port).send('GET / HTTP/1.1\r\nHost');
        expect(await slow.toEnd()).to.match(/^HTTP\/1\.1 408 /);
      },
      { settings: { request: { headTimeoutMs: 300 } } },
    );
  });

  it('respond in full to clients that have closed their side', async () => {
    await withCluster(await hello(), async ({ port }) => {
      const client = new RawClient(port).send(LAST);
      client.socket.end();
      expect(await client.toEnd()).to.match(/200 OK[^]*hello$/);
    });
  });

  it('keep a tunnel open through a switch until the old target is drained', async () => {
    const upstream = await Upstream.raw((socket, all) => {
      if (all.endsWith('\r\n\r\n')) {
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
        );
      } else socket.write('echo');
    });
    const next = await hello();
    await withCluster(upstream, async ({ proxy, port }) => {
      const client = new RawClient(port);
      const upgrade = 'GET /t HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n';
      await client.send(upgrade).until((text) => text.includes('101'));
      proxy.setRoute({ running: next.target, mirroring: true });
      const drained = proxy.drain(upstream.target, 5000);
      await client.send('more').until((text) => text.endsWith('echo'));
      client.close();
      expect(await drained).to.deep.equal({ finished: 1, cut: 0 });
    });
    await next.close();
  });

  it('let what is in flight finish when they close', async () => {
    const [asked, allowed] = [flag(), flag()];
    const upstream = await Upstream.http((_request, response) => {
      asked.raise();
      void allowed.raised.then(() => response.end('late'));
    });
    await withCluster(upstream, async ({ proxy, port }) => {
      const client = exchangeRaw(port, LAST);
      await asked.raised;
      const closed = proxy.close(5000);
      allowed.raise();
      expect(await client).to.match(/200 OK[^]*late$/);
      await closed;
      expect(await proxy.counts()).to.include({ received: 1, submitted: 1 });
    });
  });
});
