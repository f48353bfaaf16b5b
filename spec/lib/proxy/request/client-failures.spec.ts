import type { Writable } from 'node:stream';
import { expect } from 'chai';
import { eventually } from '../../../support/eventually.ts';
import {
  exchangeRaw,
  GET,
  GET_CLOSE,
  RawClient,
  silentUpstream,
  Upstream,
  withProxy,
} from '../../../support/proxy-fixture.ts';

const MUCH_BYTES = 67_108_864;
/** A stream that has not drained for this long is blocked. */
const STALLED_MS = 150;

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
    let stalled: (written: number) => void = () => {};
    const written = new Promise<number>((resolve) => {
      stalled = resolve;
    });
    const up = await Upstream.http((_request, response) => {
      void writtenUntilStalled(response, MUCH_BYTES).then(stalled);
    });
    await withProxy(up, async ({ port }) => {
      const client = new RawClient(port);
      client.socket.pause();
      client.send(GET);
      expect(await written).to.be.lessThan(MUCH_BYTES / 2);
      client.close();
    });
  });

  it('slows the client down while running does not read', async () => {
    const up = await Upstream.raw((socket) => socket.pause());
    await withProxy(up, async ({ port }) => {
      const client = new RawClient(port);
      client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n');
      const written = await writtenUntilStalled(client.socket, 90_000_000);
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

// Private

/** Writes up to `total` bytes; resolves with how many once the stream has not drained for a while. */
function writtenUntilStalled(stream: Writable, total: number): Promise<number> {
  const chunk = Buffer.alloc(65_536, 'x');
  let written = 0;
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const write = (): void => {
      clearTimeout(timer);
      while (written < total) {
        written += chunk.length;
        if (!stream.write(chunk)) break;
      }
      timer = setTimeout(() => resolve(written), STALLED_MS);
    };
    stream.on('drain', write);
    stream.on('close', () => clearTimeout(timer));
    write();
  });
}
