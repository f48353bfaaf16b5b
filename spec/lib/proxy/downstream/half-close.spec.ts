import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { eventually } from '../../../support/eventually.ts';
import { flag, GET, OK, RawClient, Upstream, withProxy } from '../../../support/proxy-fixture.ts';

/** A client that has half-closed after its request. */
function halfClosed(port: number, text: string): RawClient {
  const client = new RawClient(port).send(text);
  client.socket.end();
  return client;
}

describe('a client that half-closes after its request', () => {
  it('gets its response from a running that responds, and that connection is not reused', async () => {
    const ends: string[] = [];
    const up = await Upstream.raw((socket, all) => {
      socket.removeAllListeners('end');
      socket.once('end', () => {
        ends.push(all.split(' ')[1] ?? '');
        socket.write(OK);
      });
    });
    await withProxy(up, async ({ port, sink, proxy }) => {
      for (const path of ['/1', '/2']) {
        const text = await halfClosed(port, GET.replace('/', path)).toEnd();
        expect(text).to.match(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nok$/);
      }
      expect(ends).to.deep.equal(['/1', '/2']);
      expect(up.connections).to.equal(2);
      expect(sink.exchanges.map(({ status }) => status)).to.deep.equal([200, 200]);
      expect(proxy.counts().errors['client-aborted']).to.equal(0);
    });
  });

  it('gets the responses to all earlier requests', async () => {
    const up = await Upstream.raw((socket) => {
      socket.removeAllListeners('end');
      setTimeout(() => socket.write(OK), 20);
    });
    await withProxy(up, async ({ port }) => {
      const text = await halfClosed(port, GET + GET + GET).toEnd();
      expect(text.match(/ok/g)).to.have.length(3);
    });
  });

  it('is treated as gone if running does so, which is not a failure of running', async () => {
    const asked = flag();
    const server = createServer(() => asked.raise());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port: upstreamPort } = server.address() as AddressInfo;
    await withProxy(null, async ({ proxy, port, sink }) => {
      const running = { instance: 'app-1/1_running', host: '127.0.0.1', port: upstreamPort };
      proxy.setRoute({ running, mirroring: true });
      const client = new RawClient(port).send(GET);
      await asked.raised;
      client.socket.end();
      expect(await client.toEnd()).to.equal('');
      await eventually('the request is over', () => proxy.inFlight() === 0);
      expect(sink.exchanges).to.deep.equal([]);
      expect(proxy.counts().skipped.aborted).to.equal(1);
      expect(proxy.counts().errors.closed).to.equal(0);
    });
    await new Promise((resolve) => server.close(resolve));
  });

  it('is disconnected when running stays silent for too long', async () => {
    const up = await Upstream.raw((socket) => void socket.removeAllListeners('end'));
    await withProxy(
      up,
      async ({ proxy, port }) => {
        expect(await halfClosed(port, GET).toEnd()).to.equal('');
        await eventually('the request is over', () => proxy.inFlight() === 0);
        expect(proxy.counts().errors['client-aborted']).to.equal(1);
      },
      { request: { idleTimeoutMs: 100 } },
    );
  });

  it('is disconnected at once while there is no running', async () => {
    await withProxy(null, async ({ proxy, port }) => {
      const client = new RawClient(port).send(GET);
      await eventually('the request is held', () => proxy.counts().heldNow === 1);
      client.socket.end();
      expect(await client.toEnd()).to.equal('');
      expect(proxy.counts()).to.include({ heldNow: 0 });
    });
  });

  it('can half-close a tunnel and keep listening', async () => {
    const switched =
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n';
    const up = await Upstream.raw((socket) => {
      socket.removeAllListeners('end');
      socket.write(switched);
      socket.once('end', () => setTimeout(() => socket.end('last words'), 20));
    });
    await withProxy(up, async ({ port }) => {
      const upgrade = GET.replace('Host', 'Connection: Upgrade\r\nUpgrade: x\r\nHost');
      const client = new RawClient(port).send(upgrade);
      await client.until((text) => text === switched);
      client.socket.end();
      expect(await client.toEnd()).to.equal(`${switched}last words`);
    });
  });
});
