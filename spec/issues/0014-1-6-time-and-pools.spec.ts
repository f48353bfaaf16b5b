import { connect } from 'node:net';
import { expect } from 'chai';
import { connectHost } from '../../lib/runtime/net/connect.ts';
import { HostAddresses } from '../../lib/runtime/net/host-addresses.ts';
import { probeOnce } from '../../lib/servlet/health/probe.ts';
import {
  EMPTY_OK,
  GET,
  GET_CLOSE,
  type ProxyFixture,
  RawClient,
  type SettingsChanges,
  Upstream,
  withProxy,
} from '../support/proxy-fixture.ts';
import {
  blockPool,
  deafThread,
  type OtherThread,
  respondingThread,
  standStill,
} from '../support/standstill.ts';
import { withTempFolder } from '../support/temp-folder.ts';

const USERS = 30;
const LIMIT_MS = 150;
const STANDSTILL_MS = 700;
const isChunkedOk = (text: string): boolean => /^HTTP\/1\.1 200 [^]*\r\n\r\n[^]*ok/.test(text);

/** A proxy in front of a running that goes on while this thread stands still. */
async function withThread(
  delayMs: number,
  changes: SettingsChanges,
  use: (fixture: ProxyFixture, running: OtherThread) => Promise<void>,
): Promise<void> {
  const running = await respondingThread(delayMs);
  try {
    await withProxy(
      null,
      async (fixture) => {
        fixture.proxy.setRoute({ running: running.target, mirroring: false });
        await use(fixture, running);
      },
      changes,
    );
  } finally {
    await running.end();
  }
}

/** Sends a request on a connection of its own; resolves with the status line. */
async function ask(port: number, text = GET_CLOSE): Promise<string> {
  const response = await new RawClient(port).send(text).toEnd(10_000);
  return response.slice(0, response.indexOf('\r\n'));
}

function askAll(port: number, users: number): Promise<string[]> {
  return Promise.all(Array.from({ length: users }, () => ask(port)));
}

const OK_LINE = 'HTTP/1.1 200 OK';
/** Several in a row, between which the thread runs for a moment. */
async function standStills(): Promise<void> {
  for (let left = 6; left > 0; left--) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    standStill(LIMIT_MS * 1.5);
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("users' requests while node's pool of threads is busy", () => {
  for (const host of ['127.0.0.1', 'localhost']) {
    it(`get running's response when running is at ${host}`, () =>
      withTempFolder(async (folder) => {
        const up = await Upstream.replying(EMPTY_OK);
        await withProxy(
          null,
          async ({ proxy, port }) => {
            proxy.setRoute({ running: { ...up.target, host }, mirroring: false });
            const release = await blockPool(folder);
            try {
              const lines = await askAll(port, USERS);
              expect(lines).to.deep.equal(lines.map(() => OK_LINE));
              expect(up.connections).to.be.greaterThan(0);
              const probe = { host, port: up.target.port, path: '/', requestTimeoutMs: 2000 };
              expect(await probeOnce(probe)).to.include({ ok: true });
            } finally {
              await release();
              await up.close();
            }
          },
          { upstream: { connectTimeoutMs: LIMIT_MS } },
        );
      }));
  }
});

describe('the addresses of a host', () => {
  it('are resolved once for all connections, and again when none accepts one', async () => {
    const asked: string[] = [];
    let found = ['127.0.0.1'];
    let nowMs = 0;
    const addresses = new HostAddresses(
      (host, callback) => {
        asked.push(host);
        setImmediate(() => callback(null, found));
      },
      () => nowMs,
    );
    const up = await Upstream.replying(EMPTY_OK);
    const dial = (port: number): Promise<string> =>
      new Promise((resolve) => {
        const options = { host: 'app.test', port, limitMs: 2000, addresses };
        connectHost(options, (error, socket) => {
          resolve(error === null ? (socket.remoteAddress ?? '') : error.message);
          socket?.destroy();
        });
      });
    const { port } = up.target;
    expect(await Promise.all([dial(port), dial(port)])).to.deep.equal(['127.0.0.1', '127.0.0.1']);
    expect(await dial(port)).to.equal('127.0.0.1');
    expect(asked).to.deep.equal(['app.test']);
    found = ['127.0.0.2', '127.0.0.1'];
    nowMs = 1000;
    expect(await dial(1)).to.include('ECONNREFUSED');
    await turn();
    expect(asked).to.deep.equal(['app.test', 'app.test']);
    // Nothing listens on the first one; the second is remembered.
    expect(await dial(port)).to.equal('127.0.0.1');
    addresses.find('app.test', (_error, order) => expect(order[0]).to.equal('127.0.0.1'));
    await up.close();
  });

  it('are none when the name is unknown, which is told as the error of the resolver', async () => {
    const unknown = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    const addresses = new HostAddresses((_host, callback) => callback(unknown, []));
    const error = await new Promise((resolve) => {
      const options = { host: 'app.test', port: 1, limitMs: 2000, addresses };
      connectHost(options, (...result) => resolve(result[0]));
    });
    expect(error).to.equal(unknown);
  });
});

describe('a standstill of the thread that serves users', () => {
  it('is no time in which a connection to running failed', () =>
    withThread(0, { upstream: { connectTimeoutMs: LIMIT_MS } }, async ({ port }) => {
      const asked = askAll(port, USERS);
      await standStills();
      const lines = await asked;
      expect(lines).to.deep.equal(lines.map(() => OK_LINE));
    }));

  it('is no time in which running was silent', () =>
    withThread(
      40,
      { upstream: { headTimeoutMs: LIMIT_MS, idleTimeoutMs: LIMIT_MS } },
      async (it) => {
        const asked = askAll(it.port, USERS);
        await standStills();
        const lines = await asked;
        expect(lines).to.deep.equal(lines.map(() => OK_LINE));
      },
    ));

  it('is no time in which a request waited for one of the connections to running', () =>
    withThread(20, { upstream: { connectTimeoutMs: LIMIT_MS, maxConnections: 2 } }, async (it) => {
      const asked = askAll(it.port, 6);
      await new Promise((resolve) => setTimeout(resolve, 10));
      standStill(STANDSTILL_MS);
      const lines = await asked;
      expect(lines).to.deep.equal(lines.map(() => OK_LINE));
    }));

  it('is no time in which a request was held', () =>
    withThread(0, { hold: { maxMs: LIMIT_MS } }, async ({ port, proxy }, { target }) => {
      proxy.setRoute({ running: null, mirroring: false });
      const asked = ask(port);
      await new Promise<void>((resolve) => {
        const look = (): void => {
          if (proxy.counts().heldNow === 1) resolve();
          else setImmediate(look);
        };
        look();
      });
      standStill(STANDSTILL_MS);
      setTimeout(() => proxy.setRoute({ running: target, mirroring: false }), 20);
      expect(await asked).to.equal(OK_LINE);
    }));

  it('is no time in which a drained running was slow', () =>
    withThread(60, {}, async ({ port, proxy }, { target }) => {
      const asked = askAll(port, 5);
      await new Promise<void>((resolve) => {
        const look = (): void => {
          if (proxy.inFlight(target) === 5) resolve();
          else setImmediate(look);
        };
        look();
      });
      await new Promise((resolve) => setTimeout(resolve, 20));
      const drained = proxy.drain(target, LIMIT_MS);
      standStill(STANDSTILL_MS);
      expect(await drained).to.deep.equal({ finished: 5, cut: 0 });
      expect(await asked).to.deep.equal(Array.from({ length: 5 }, () => OK_LINE));
    }));

  for (const method of ['GET', 'PURGE']) {
    it(`is no time in which a client sent nothing on its open connection, after ${method}`, () =>
      withThread(0, { request: { keepAliveMs: LIMIT_MS } }, async ({ port }) => {
        const client = new RawClient(port).send(GET.replace('GET', method));
        await client.until(isChunkedOk);
        client.text = '';
        // On its way before the standstill begins, and read only after it.
        await new Promise<void>((resolve) => {
          client.socket.write(GET, () => resolve());
          standStill(STANDSTILL_MS);
        });
        expect(await client.until(isChunkedOk)).to.match(/^HTTP\/1\.1 200 /);
        client.close();
      }));
  }

  it('is no time in which a client was slow with its head', () =>
    withThread(0, { request: { headTimeoutMs: LIMIT_MS } }, async ({ port }) => {
      const client = new RawClient(port).send('PURGE / HTTP/1.1\r\nHost: a\r\n');
      await new Promise((resolve) => setTimeout(resolve, 30));
      standStill(STANDSTILL_MS);
      setTimeout(() => client.send('\r\n'), 20);
      expect(await client.until(isChunkedOk)).to.match(/^HTTP\/1\.1 200 /);
      client.close();
    }));

  it('is no failed probe', async () => {
    const running = await respondingThread(50);
    const probed = probeOnce({ ...running.target, path: '/', requestTimeoutMs: LIMIT_MS });
    await new Promise((resolve) => setTimeout(resolve, 20));
    standStill(STANDSTILL_MS);
    expect(await probed).to.include({ ok: true });
    await running.end();
  });
});

describe('a running that accepts no connection in time', () => {
  it('is told as 502, since it was never asked', async () => {
    const deaf = await deafThread();
    const { port, host } = deaf.target;
    const fillers = Array.from({ length: 4 }, () => connect({ port, host }).on('error', () => {}));
    await withProxy(
      null,
      async ({ proxy, port: users }) => {
        proxy.setRoute({ running: deaf.target, mirroring: false });
        expect(await ask(users)).to.equal('HTTP/1.1 502 Bad Gateway');
      },
      { upstream: { connectTimeoutMs: LIMIT_MS } },
    );
    for (const filler of fillers) filler.destroy();
    await deaf.end();
  });
});
