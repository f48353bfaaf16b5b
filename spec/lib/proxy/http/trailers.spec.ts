import { createHash } from 'node:crypto';
import { expect } from 'chai';
import {
  exchangeRaw,
  RawClient,
  silentUpstream,
  Upstream,
  withProxy,
} from '../../../support/proxy-fixture.ts';
import { reset } from '../../../support/reset.ts';

const HEAD =
  'PUT / HTTP/1.1\r\nHost: a\r\nX-Mine: 1\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n';
const SMALL = `${HEAD}Connection: close\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 7\r\n\r\n`;
const CHUNK = `186a0\r\n${'x'.repeat(100_000)}\r\n`;

describe('a request with trailers', () => {
  it('arrives completely when it is large, and its connection stays usable', async () => {
    const sums: string[] = [];
    const up = await Upstream.http((request, response) => {
      const hash = createHash('sha1');
      let bytes = 0;
      request.on('data', (chunk: Buffer) => {
        hash.update(chunk);
        bytes += chunk.length;
      });
      request.on('end', () => {
        sums.push(`${bytes} ${hash.digest('hex')} ${request.rawTrailers.join('=')}`);
        response.end('ok');
      });
    });
    await withProxy(up, async ({ port }) => {
      const client = new RawClient(port);
      for (let round = 1; round <= 2; round++) {
        client.send(`${HEAD}\r\n`);
        for (let count = 0; count < 20; count++) client.send(CHUNK);
        client.send('0\r\nX-Sum: 7\r\nX-Other: 8\r\n\r\n');
        await client.until((text) => text.match(/ok/g)?.length === round);
      }
      client.close();
    });
    const sum = createHash('sha1').update('x'.repeat(2_000_000)).digest('hex');
    expect(sums).to.deep.equal([`2000000 ${sum} X-Sum=7`, `2000000 ${sum} X-Sum=7`]);
  });

  it('gets an early response while it is still being sent', async () => {
    const up = await Upstream.raw((socket, all) => {
      if (!all.includes('\r\n\r\n') || socket.writableEnded) return;
      socket.end('HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig');
    });
    await withProxy(up, async ({ port, proxy }) => {
      const client = new RawClient(port).send(`${HEAD}\r\n`);
      client.send(CHUNK).send(CHUNK);
      await client.until((text) => text.endsWith('big'));
      client.send(
        `${CHUNK}0\r\nX-Sum: 7\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
      );
      expect((await client.toEnd()).match(/HTTP\/1\.1 413 /g)).to.have.length(2);
      expect(proxy.inFlight()).to.equal(0);
    });
  });

  it('ends at running when the client leaves in the middle', async () => {
    const { up, asked, left } = await silentUpstream();
    await withProxy(up, async ({ port, proxy }) => {
      const client = new RawClient(port).send(`${HEAD}\r\n${CHUNK}`);
      await asked.raised;
      reset(client.socket);
      await left.raised;
      expect(proxy.counts().errors['client-aborted']).to.equal(1);
    });
  });

  it('gets 504 from a silent running, and 502 from one that ends', async () => {
    for (const [ends, status] of [
      [false, 504],
      [true, 502],
    ] as const) {
      const up = await Upstream.raw((socket, all) => {
        if (ends && all.includes('X-Sum: 7')) socket.destroy();
      });
      await withProxy(
        up,
        async ({ port }) => {
          expect(await exchangeRaw(port, SMALL)).to.match(new RegExp(`^HTTP/1\\.1 ${status} `));
        },
        { upstream: { headTimeoutMs: 100 } },
      );
    }
  });

  it('gets 502 when running changes the protocol unrequested', async () => {
    const up = await Upstream.raw((socket, all) => {
      if (!all.includes('X-Sum: 7')) return;
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
    });
    await withProxy(up, async ({ port, proxy }) => {
      expect(await exchangeRaw(port, SMALL)).to.match(/^HTTP\/1\.1 502 /);
      expect(proxy.inFlight()).to.equal(0);
    });
  });

  it('breaks for the client when its response breaks', async () => {
    const up = await Upstream.raw((socket, all) => {
      if (!all.includes('X-Sum: 7')) return;
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsome');
    });
    await withProxy(up, async ({ port, proxy }) => {
      expect(await exchangeRaw(port, SMALL)).to.match(/\r\n\r\nsome$/);
      expect(proxy.inFlight()).to.equal(0);
    });
  });
});
