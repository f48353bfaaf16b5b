import { createServer } from 'node:net';
import { expect } from 'chai';
import { createCluster } from '../../../lib/cluster/cluster.ts';
import { codeOf } from '../../../lib/errors.ts';
import { RecordingMirror, withCluster } from '../../support/cluster-fixture.ts';
import { eventually } from '../../support/eventually.ts';
import {
  exchangeRaw,
  flag,
  proxySettings,
  RawClient,
  Upstream,
} from '../../support/proxy-fixture.ts';

const GET = 'GET /items HTTP/1.1\r\nHost: a\r\n\r\n';
const LAST = 'GET /items HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

function hello(text = 'hello'): Promise<Upstream> {
  return Upstream.http((_request, response) => response.end(text));
}

describe('A proxy process that fails', () => {
  it('is replaced, and what it had in hand counts as aborted', async () => {
    const asked = flag();
    const upstream = await Upstream.http(() => asked.raise());
    await withCluster(
      upstream,
      async ({ port, pids, events, counted }) => {
        const client = new RawClient(port).send(GET);
        await asked.raised;
        await counted('it is in flight', ({ inFlightNow }) => inFlightNow === 1);
        process.kill(pids()[0] ?? 0, 'SIGKILL');
        expect(await client.toEnd()).to.equal('');
        const { received, skipped } = await counted('it is over', (it) => it.inFlightNow === 0);
        expect([received, skipped.aborted]).to.deep.equal([1, 1]);
        await eventually('another process serves', () => pids().length === 1);
        expect(events.map(({ kind }) => kind)).to.deep.equal(['started', 'ended', 'started']);
      },
      { processes: 1 },
    );
  });

  it('leaves new connections waiting at the open port when it was the last one', async () => {
    await withCluster(await hello(), async ({ port, pids }) => {
      for (const pid of pids()) process.kill(pid, 'SIGKILL');
      expect(await exchangeRaw(port, LAST)).to.match(/200 OK[^]*hello$/);
      await eventually('both are back', () => pids().length === 2);
    });
  });

  it('has the current route when it comes back', async () => {
    const [first, second] = [await hello('first'), await hello('second')];
    await withCluster(first, async ({ proxy, port, pids }) => {
      for (const pid of pids()) process.kill(pid, 'SIGKILL');
      proxy.setRoute({ running: second.target, mirroring: false });
      expect(await exchangeRaw(port, LAST)).to.match(/second$/);
      expect(await proxy.drain(first.target, 1000)).to.deep.equal({ finished: 0, cut: 0 });
      await eventually('both are back', () => pids().length === 2);
    });
    await second.close();
  });

  it('is killed when it does not confirm a route, and only then does the drain end', async () => {
    const [old, next] = [await hello('old'), await hello('next')];
    await withCluster(old, async ({ proxy, port, pids, events }) => {
      const clients = [new RawClient(port), new RawClient(port)];
      await Promise.all(clients.map((it) => it.send(GET).until((text) => text.endsWith('old'))));
      const [stopped = 0] = pids();
      process.kill(stopped, 'SIGSTOP');
      proxy.setRoute({ running: next.target, mirroring: true });
      const ended = () => events.find(({ kind }) => kind === 'ended');
      const endedBefore = proxy.drain(old.target, 20_000).then(ended);
      const responses = [exchangeRaw(port, LAST, 9000), exchangeRaw(port, LAST, 9000)];
      expect(await Promise.race(responses)).to.match(/next$/);
      // Until then one process still has the old route.
      expect(await endedBefore, 'when the drain ended').to.include({
        pid: stopped,
        reason: 'it did not confirm a new route for 5 s',
      });
      await eventually('another process serves', () => pids().length === 2);
      expect((await Promise.all(responses)).join('|')).to.match(/next\|.*next$/s);
      for (const client of clients) client.close();
    });
    await next.close();
  }).timeout(20_000);

  it('keeps the port closed when it cannot start', async () => {
    const tls = { certFile: '/nowhere/cert.pem', keyFile: '/nowhere/key.pem', reloadMs: 1000 };
    expect(await failureOf({ tls })).to.deep.equal({
      code: 'VILI_GATE_TLS',
      text: "tls.cert /nowhere/cert.pem cannot be read: ENOENT: no such file or directory, open '/nowhere/cert.pem'",
    });
  });

  it('is not even started when the port is in use', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { code, text } = await failureOf({ port });
    await new Promise<void>((resolve) => other.close(() => resolve()));
    expect(code).to.equal('VILI_GATE_LISTEN');
    expect(text).to.contain(`cannot listen on 127.0.0.1:${port}`);
  });
});

// Private

async function failureOf(
  changes: Parameters<typeof proxySettings>[0],
): Promise<{ code: string | undefined; text: string }> {
  const proxy = createCluster({
    settings: proxySettings(changes),
    processes: 2,
    copies: { batchBytes: 65_536, queueBytes: 1_048_576, busyLimit: 1 },
    mirror: new RecordingMirror(),
    now: Date.now,
    onProblem: () => {},
    onFailure: () => {},
    onEvent: () => {},
  });
  try {
    await proxy.listen();
  } catch (error) {
    return { code: codeOf(error), text: error instanceof Error ? error.message : '' };
  } finally {
    await proxy.close(100);
  }
  throw new Error('the port was opened');
}
