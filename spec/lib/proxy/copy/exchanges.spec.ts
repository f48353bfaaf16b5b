import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import * as fc from 'fast-check';
import type { TrafficObservation } from '../../../../lib/model/exchange.ts';
import { CopyBudget } from '../../../../lib/proxy/copy/budget.ts';
import { ExchangeCopy } from '../../../../lib/proxy/copy/copy.ts';
import { exchangeRaw, RawClient, Upstream, withProxy } from '../../../support/proxy-fixture.ts';

function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
}

describe('an exchange', () => {
  it('contains what was sent to running and its response', async () => {
    const up = await Upstream.http((_request, response) => {
      response.sendDate = false;
      response.writeHead(201, 'Made', ['X-One', '1', 'x-one', '2', 'Content-Length', '4']);
      response.end('body');
    });
    await withProxy(
      up,
      async ({ port, sink }) => {
        await exchangeRaw(
          port,
          get('/a?b=1').replace('Host', 'X-Request-Id: r7\r\nKeep-Alive: 1\r\nHost'),
        );
        const [exchange] = sink.exchanges;
        expect(exchange).to.include({
          requestId: 'r7',
          method: 'GET',
          path: '/a?b=1',
          body: null,
          status: 201,
          failure: null,
          responseBytes: 4,
          responseDigest: null,
        });
        expect(exchange?.headers).to.deep.equal([
          'X-Request-Id',
          'r7',
          'Host',
          'a',
          'X-Forwarded-For',
          '127.0.0.1',
          'X-Forwarded-Proto',
          'http',
          'X-Forwarded-Host',
          'a',
        ]);
        expect(exchange?.responseHeaders.slice(0, 4)).to.deep.equal(['X-One', '1', 'x-one', '2']);
        expect(exchange?.responseBody?.toString()).to.equal('body');
        expect(exchange?.runningMs).to.be.greaterThan(0);
        expect(exchange?.atMs).to.be.closeTo(Date.now(), 60_000);
      },
      { trustedProxies: ['loopback'] },
    );
  });

  it('contains a digest in place of a response that is too large', async () => {
    const body = Buffer.alloc(300_000, 'abc');
    const up = await Upstream.http((_request, response) => response.end(body));
    await withProxy(
      up,
      async ({ port, sink }) => {
        await exchangeRaw(port, get('/'));
        expect(sink.exchanges[0]).to.include({
          responseBody: null,
          responseBytes: body.length,
          responseDigest: createHash('sha1').update(body).digest('hex'),
        });
      },
      { compareMaxBodyBytes: 100_000 },
    );
  });

  it('is not made of a body too large to copy, which is still forwarded, with or without a length', async () => {
    const sizes: number[] = [];
    const up = await Upstream.http((request, response) => {
      let size = 0;
      request.on('data', (chunk: Buffer) => (size += chunk.length));
      request.on('end', () => {
        sizes.push(size);
        response.end();
      });
    });
    await withProxy(
      up,
      async ({ port, proxy, sink }) => {
        const body = 'x'.repeat(200_000);
        const head = 'PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n';
        await exchangeRaw(port, `${head}Content-Length: 200000\r\n\r\n${body}`);
        const chunked = `30d40\r\n${body}\r\n0\r\n\r\n`;
        await exchangeRaw(port, `${head}Transfer-Encoding: chunked\r\n\r\n${chunked}`);
        expect(proxy.counts().skipped['too-large']).to.equal(2);
        await exchangeRaw(port, `${head}Content-Length: 5\r\n\r\nsmall`);
        expect(sink.exchanges.map((exchange) => exchange.body?.toString())).to.deep.equal([
          'small',
        ]);
      },
      { mirror: { methods: ['PUT'], maxBodyBytes: 100_000 } },
    );
    expect(sizes).to.deep.equal([200_000, 200_000, 5]);
  });

  it('is shed without being collected when the sink is full', async () => {
    const up = await Upstream.http((_request, response) => response.end('ok'));
    await withProxy(up, async ({ port, sink, proxy }) => {
      sink.isFull = true;
      await exchangeRaw(port, get('/'));
      expect(proxy.counts()).to.include({ received: 1, submitted: 0, shed: 1 });
    });
  });

  it('is dropped, the oldest first, when a newer one needs its share of the budget', async () => {
    const open: ServerResponse[] = [];
    const up = await Upstream.http((request, response) => {
      response.write('x'.repeat(40_000));
      if (request.url === '/slow') open.push(response);
      else response.end();
    });
    await withProxy(
      up,
      async ({ port, sink }) => {
        const slow = new RawClient(port).send(get('/slow'));
        await slow.until((text) => text.length >= 40_000);
        await exchangeRaw(port, get('/quick'));
        expect(sink).to.include({ sheds: 1, withoutRoom: 1 });
        for (const response of open) response.end('the end');
        expect(await slow.toEnd()).to.contain('the end');
        expect(sink.exchanges.map(({ path }) => path)).to.deep.equal(['/quick']);
      },
      { mirror: { maxCollectedBytes: 60_000 } },
    );
  });

  it('is not made of a request whose body exceeds the budget, which is still forwarded', async () => {
    const sizes: number[] = [];
    const up = await Upstream.http((request, response) => {
      let size = 0;
      request.on('data', (chunk: Buffer) => (size += chunk.length));
      request.on('end', () => response.end(String(sizes.push(size))));
    });
    await withProxy(
      up,
      async ({ port, sink }) => {
        const put = `PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: `;
        await exchangeRaw(port, `${put}70000\r\n\r\n${'x'.repeat(70_000)}`);
        await exchangeRaw(port, `${put}50000\r\n\r\n${'x'.repeat(50_000)}`);
        expect(sink).to.include({ sheds: 1, withoutRoom: 1 });
        expect(sink.exchanges.map(({ body }) => body?.length)).to.deep.equal([50_000]);
      },
      { mirror: { methods: ['PUT'], maxCollectedBytes: 60_000 } },
    );
    expect(sizes).to.deep.equal([70_000, 50_000]);
  });

  it('takes nothing of the budget once it is over, whatever ended it', () => {
    const step = fc.record({ side: fc.constantFrom('request', 'response'), size: fc.nat(60) });
    fc.assert(
      fc.property(fc.array(fc.array(step)), (copies) => {
        const budget = new CopyBudget(100);
        const limits = { maxRequestBytes: 40, maxResponseBytes: 50, budget };
        const open = new Set<ExchangeCopy>();
        for (const steps of copies) {
          const copy = new ExchangeCopy(limits, { evict: () => remove(copy) });
          open.add(copy);
          for (const { side, size } of steps) {
            const chunk = Buffer.alloc(size);
            const isKept =
              side === 'request' ? copy.addRequest(chunk) === null : copy.addResponse(chunk);
            expect(budget.takenBytes).to.be.within(0, 100);
            if (!isKept) {
              remove(copy);
              break;
            }
          }
        }
        for (const copy of open) remove(copy);
        expect(budget.takenBytes).to.equal(0);

        function remove(copy: ExchangeCopy): void {
          copy.release();
          open.delete(copy);
        }
      }),
    );
  });

  it('is also observed: listeners get batches about running, without probes', async () => {
    const up = await Upstream.http((request, response) => {
      response.statusCode = request.url === '/no' ? 404 : 200;
      response.end('ok');
    });
    await withProxy(up, async ({ port, proxy }) => {
      proxy.setRoute({ running: up.target, mirroring: false });
      await exchangeRaw(port, get('/before'));
      const batches: (readonly TrafficObservation[])[] = [];
      const client = new RawClient(port);
      const arrived = new Promise<void>((resolve) => {
        const stop = proxy.onTraffic((batch) => {
          batches.push(batch);
          stop();
          resolve();
        });
      });
      for (const path of ['/health', '/no', '/yes?q=1']) {
        client.send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
      }
      await arrived;
      client.close();
      expect(batches).to.have.length(1);
      const [batch = []] = batches;
      expect(
        batch.map(({ endpointMethod, path, status }) => [endpointMethod, path, status]),
      ).to.deep.equal([
        ['GET', '/no', 404],
        ['GET', '/yes?q=1', 200],
      ]);
      expect(batch.every(({ ms, failure }) => ms > 0 && failure === null)).to.equal(true);
      expect(batch.some(({ copied }) => copied)).to.equal(false);
    });
  });
});
