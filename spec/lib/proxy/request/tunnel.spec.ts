import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect } from 'chai';
import { WebSocket, WebSocketServer } from 'ws';
import {
  exchangeRaw,
  GET_CLOSE,
  OK,
  RawClient,
  Upstream,
  withProxy,
} from '../../../support/proxy-fixture.ts';
import { reset } from '../../../support/reset.ts';

const UPGRADE = 'GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n';
const SWITCHED = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n';

/** More than the system buffers for a client. */
const MUCH_BYTES = 24_000_000;

/** Agrees to `Upgrade: echo` and echoes. */
function echoing(seen: string[] = []): Promise<Upstream> {
  const switched = new WeakSet();
  return Upstream.raw((socket, all) => {
    if (switched.has(socket) || !all.includes('\r\n\r\n')) return;
    switched.add(socket);
    seen.push(all);
    socket.write(SWITCHED);
    socket.write(all.slice(all.indexOf('\r\n\r\n') + 4));
    socket.on('data', (chunk) => socket.write(chunk));
  });
}

describe('an upgrade', () => {
  it('carries the echo and the close handshake of a WebSocket', async () => {
    const server = createServer();
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket) => {
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port: upstreamPort } = server.address() as AddressInfo;
    await withProxy(null, async ({ proxy, port }) => {
      const running = { instance: 'app-1/1_running', host: '127.0.0.1', port: upstreamPort };
      proxy.setRoute({ running, mirroring: true });
      const client = new WebSocket(`ws://127.0.0.1:${port}/x`);
      const payload = Buffer.alloc(300_000, 'é');
      const echoed = await new Promise<Buffer>((resolve, reject) => {
        client.on('error', reject);
        client.on('open', () => client.send(payload));
        client.on('message', (data: Buffer) => resolve(data));
      });
      expect(echoed.equals(payload)).to.equal(true);
      expect(proxy.inFlight(running)).to.equal(1);
      const code = await new Promise<number>((resolve) => {
        client.on('close', resolve);
        client.close(4001, 'bye');
      });
      expect(code).to.equal(4001);
      expect(proxy.counts().skipped.upgrade).to.equal(1);
    });
    sockets.close();
    await new Promise((resolve) => server.close(resolve));
  });

  it('joins the connections with bytes sent early, and tells running who the client is', async () => {
    const seen: string[] = [];
    await withProxy(await echoing(seen), async ({ port }) => {
      const client = new RawClient(port).send(`${UPGRADE}early`);
      await client.until((text) => text.endsWith('early'));
      client.send(' late');
      await client.until((text) => text.endsWith('early late'));
      expect(client.text).to.equal(`${SWITCHED}early late`);
      client.close();
    });
    expect(seen[0]).to.match(/x-forwarded-for: 127\.0\.0\.1/i);
  });

  it('brings a slow client everything that running sent before it closed', async () => {
    const switched = new WeakSet();
    const up = await Upstream.raw((socket, all) => {
      if (switched.has(socket) || !all.includes('\r\n\r\n')) return;
      switched.add(socket);
      socket.write(SWITCHED);
      socket.end(Buffer.alloc(MUCH_BYTES));
    });
    await withProxy(up, async ({ port }) => {
      const client = connect({ port, host: '127.0.0.1' });
      let bytes = 0;
      client.on('data', (chunk) => {
        bytes += chunk.length;
        client.pause();
        setTimeout(() => client.resume(), 1);
      });
      client.write(UPGRADE);
      await once(client, 'close');
      expect(bytes).to.equal(SWITCHED.length + MUCH_BYTES);
    });
  });

  it('is in flight as a tunnel and cut at the end of a drain', async () => {
    const up = await echoing();
    await withProxy(up, async ({ port, proxy }) => {
      const client = new RawClient(port).send(UPGRADE);
      await client.until((text) => text === SWITCHED);
      expect(await proxy.drain(up.target, 20)).to.deep.equal({ finished: 0, cut: 1 });
      await client.toEnd();
      expect(proxy.inFlight()).to.equal(0);
    });
  });

  it('gets the response of a running that declines, and the end of the connection', async () => {
    const up = await Upstream.http((_request, response) => response.end('no'));
    await withProxy(up, async ({ port }) => {
      const text = await exchangeRaw(port, UPGRADE);
      expect(text).to.match(/^HTTP\/1\.1 200 OK\r\n[^]*Connection: close\r\n\r\nno$/);
    });
  });

  it('to HTTP/2 in clear text is an ordinary request', async () => {
    const seen: string[] = [];
    const up = await Upstream.http((request, response) => {
      seen.push(request.rawHeaders.join(' '));
      response.end('ordinary');
    });
    await withProxy(up, async ({ port, sink }) => {
      const client = new RawClient(port).send(
        'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n\r\n',
      );
      await client.until((text) => text.endsWith('ordinary'));
      client.send('GET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
      expect((await client.toEnd()).match(/ordinary/g)).to.have.length(2);
      expect(sink.exchanges).to.have.length(2);
    });
    expect(seen[0]).not.to.match(/h2c|http2-settings|upgrade/i);
  });

  it('that is malformed is rejected with 400', async () => {
    await withProxy(null, async ({ port, proxy }) => {
      const text = await exchangeRaw(port, UPGRADE.replace('Host: a', 'Host: a\r\nHost: b'));
      expect(text).to.match(/^HTTP\/1\.1 400 /);
      expect(proxy.counts().skipped.refused).to.equal(1);
    });
  });

  it('never uses an old connection, which might have died', async () => {
    const used = new WeakSet();
    const up = await Upstream.raw((socket, all) => {
      if (used.has(socket)) reset(socket);
      else {
        used.add(socket);
        const ok = OK;
        socket.write(all.startsWith('GET /chat') ? SWITCHED : ok);
      }
    });
    await withProxy(up, async ({ port, proxy }) => {
      await exchangeRaw(port, GET_CLOSE);
      const client = new RawClient(port).send(UPGRADE);
      await client.until((text) => text === SWITCHED);
      client.close();
      expect(proxy.counts().retried).to.equal(0);
    });
  });

  it('gets 502 when running closes the connection', async () => {
    const up = await Upstream.raw((socket) => socket.destroy());
    await withProxy(up, async ({ port }) => {
      expect(await exchangeRaw(port, UPGRADE)).to.match(/^HTTP\/1\.1 502 /);
    });
  });
});
