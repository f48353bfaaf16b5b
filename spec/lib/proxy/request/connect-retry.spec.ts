import { expect } from 'chai';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { threadTime } from '../../../../lib/runtime/thread-time.ts';
import { patientTimeout } from '../../../../lib/runtime/patient-timer.ts';
import { eventually } from '../../../support/eventually.ts';
import {
  deadTarget,
  EMPTY_OK,
  exchangeRaw,
  Upstream,
  withProxy,
} from '../../../support/proxy-fixture.ts';

const GET_CLOSE = 'GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
const POST = 'POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi';

const UPGRADE = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n';
const SWITCHED = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n';

/** Requests that wait in vain do so for this long. */
const SHORT = { hold: { maxMs: 500 } };

/** Time as the proxy counts it. */
function passed(ms: number): Promise<void> {
  return new Promise((resolve) => patientTimeout(ms, resolve));
}

function echo(): Promise<Upstream> {
  return Upstream.http((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => response.end(`${request.method} ${body}`));
  });
}

describe('requests whose connection running refuses', () => {
  it('wait for the next running, with their bodies, and are copied and counted once', async () => {
    const up = await echo();
    await withProxy(up, async ({ proxy, port, sink }) => {
      proxy.setRoute({ running: await deadTarget(), mirroring: true });
      const responses = [exchangeRaw(port, GET_CLOSE), exchangeRaw(port, POST)];
      await eventually('2 requests are held', () => proxy.counts().heldNow === 2);
      // First Vili notices that running has ended, later a new running starts.
      proxy.setRoute({ running: null, mirroring: true });
      expect(proxy.counts().heldNow).to.equal(2);
      proxy.setRoute({ running: up.target, mirroring: true });
      const [get, post] = await Promise.all(responses);
      expect(get).to.match(/^HTTP\/1\.1 200 OK[^]*GET $/);
      expect(post).to.match(/^HTTP\/1\.1 200 OK[^]*POST hi$/);
      expect(sink.exchanges.map(({ method, status }) => `${method} ${status}`)).to.deep.equal([
        'GET 200',
      ]);
      expect(proxy.counts()).to.include({ received: 2, heldNow: 0 });
      expect(proxy.inFlight()).to.equal(0);
      expect(proxy.counts().errors.refused).to.equal(0);
    });
  });

  it('wait for news that come late, as long as for any other restart', async () => {
    const up = await echo();
    await withProxy(up, async ({ proxy, port }) => {
      proxy.setRoute({ running: await deadTarget(), mirroring: false });
      const responses = [exchangeRaw(port, GET_CLOSE), exchangeRaw(port, POST)];
      await eventually('2 requests are held', () => proxy.counts().heldNow === 2);
      await passed(1500);
      expect(proxy.counts().heldNow).to.equal(2);
      proxy.setRoute({ running: null, mirroring: false });
      proxy.setRoute({ running: up.target, mirroring: false });
      for (const text of await Promise.all(responses)) expect(text).to.match(/^HTTP\/1\.1 200 OK/);
    });
  });

  it('go on when that same running listens again', async () => {
    await withProxy(null, async ({ proxy, port }) => {
      const running = await deadTarget();
      proxy.setRoute({ running, mirroring: false });
      const responses = [exchangeRaw(port, GET_CLOSE), exchangeRaw(port, POST)];
      await eventually('2 requests are held', () => proxy.counts().heldNow === 2);
      const server = createServer((socket) => socket.on('data', () => socket.end(EMPTY_OK)));
      server.listen(running.port, running.host);
      await once(server, 'listening');
      try {
        for (const text of await Promise.all(responses)) {
          expect(text).to.match(/^HTTP\/1\.1 200 OK/);
        }
      } finally {
        server.close();
        await once(server, 'close');
      }
    });
  });

  it('wait again when the next running refuses too, and no longer than hold.max in all', async () => {
    const up = await echo();
    await withProxy(
      up,
      async ({ proxy, port }) => {
        for (const last of [up.target, null, await deadTarget()]) {
          proxy.setRoute({ running: await deadTarget(), mirroring: false });
          const sinceMs = threadTime.now();
          const response = exchangeRaw(port, GET_CLOSE);
          await eventually('a request is held', () => proxy.counts().heldNow === 1);
          await passed(600);
          proxy.setRoute({ running: await deadTarget(), mirroring: false });
          await eventually('it is held again', () => proxy.counts().heldNow === 1);
          await passed(600);
          proxy.setRoute({ running: last, mirroring: false });
          const status = Number((await response).slice(9, 12));
          expect(status).to.equal(last === null ? 503 : last === up.target ? 200 : 502);
          expect(threadTime.now() - sinceMs).to.be.within(1200, 2500);
        }
        expect(proxy.counts()).to.include({ heldNow: 0 });
      },
      { hold: { maxMs: 1600 } },
    );
  });

  it('share the limits of all that wait', async () => {
    await withProxy(
      null,
      async ({ proxy, port }) => {
        const held = exchangeRaw(port, GET_CLOSE);
        await eventually('a request is held', () => proxy.counts().heldNow === 1);
        proxy.setRoute({ running: await deadTarget(), mirroring: false });
        await eventually('it is held again', () => proxy.counts().heldNow === 1);
        expect(await exchangeRaw(port, GET_CLOSE)).to.match(/^HTTP\/1\.1 502 /);
        expect(proxy.counts().heldNow).to.equal(1);
        expect(await held).to.match(/^HTTP\/1\.1 502 /);
      },
      { hold: { maxMs: 1000, maxRequests: 1 } },
    );
  });

  it('wait for the next running when they request another protocol, too', async () => {
    const up = await Upstream.raw((socket) => socket.end(SWITCHED));
    const use: Parameters<typeof withProxy>[1] = async ({ proxy, port }) => {
      for (const [running, expected] of [
        [up.target, SWITCHED],
        [await deadTarget(), 'HTTP/1.1 502 '],
      ] as const) {
        proxy.setRoute({ running: await deadTarget(), mirroring: false });
        const response = exchangeRaw(port, UPGRADE);
        await eventually('a request is held', () => proxy.counts().heldNow === 1);
        proxy.setRoute({ running: null, mirroring: false });
        proxy.setRoute({ running, mirroring: false });
        expect((await response).slice(0, expected.length)).to.equal(expected);
      }
      expect(proxy.counts().errors.refused).to.equal(1);
      expect(proxy.inFlight()).to.equal(0);
    };
    await withProxy(up, use, SHORT);
  });

  it('go on at once when the route has changed', async () => {
    const up = await echo();
    await withProxy(up, async ({ proxy, port }) => {
      proxy.setRoute({ running: await deadTarget(), mirroring: false });
      const response = exchangeRaw(port, GET_CLOSE);
      await eventually('a request is held', () => proxy.counts().heldNow === 1);
      proxy.setRoute({ running: up.target, mirroring: false });
      expect(await response).to.match(/^HTTP\/1\.1 200 OK/);
    });
  });

  it('get 502 when running stays, and when the next one refuses too', async () => {
    const use: Parameters<typeof withProxy>[1] = async ({ proxy, port }) => {
      proxy.setRoute({ running: await deadTarget(), mirroring: false });
      const stays = exchangeRaw(port, GET_CLOSE);
      expect(await stays).to.match(/^HTTP\/1\.1 502 /);
      const again = exchangeRaw(port, GET_CLOSE);
      await eventually('a request is held', () => proxy.counts().heldNow === 1);
      proxy.setRoute({ running: await deadTarget(), mirroring: false });
      expect(await again).to.match(/^HTTP\/1\.1 502 /);
      expect(proxy.counts()).to.include({ heldNow: 0 });
      expect(proxy.inFlight()).to.equal(0);
      expect(proxy.counts().errors.refused).to.equal(2);
    };
    await withProxy(null, use, SHORT);
  });

  it('end with the proxy', async () => {
    await withProxy(null, async ({ proxy, port }) => {
      proxy.setRoute({ running: await deadTarget(), mirroring: false });
      const closing = exchangeRaw(port, GET_CLOSE);
      await eventually('a request is held', () => proxy.counts().heldNow === 1);
      await proxy.close(100);
      expect(await closing).to.match(/^HTTP\/1\.1 502 /);
      expect(proxy.counts()).to.include({ heldNow: 0 });
      expect(proxy.inFlight()).to.equal(0);
    });
  });
});
