import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { Latencies } from '../../../lib/demo/latencies.ts';
import { startUsers, type UserCounts, type Users } from '../../../lib/demo/users.ts';
import { eventually } from '../../support/eventually.ts';
import { withShop } from './shop-support.ts';

async function using(
  port: number,
  until: (counts: UserCounts) => boolean,
  options: { ratePerSecond?: number; maxInFlight?: number; timeoutMs?: number } = {},
): Promise<UserCounts> {
  const stop = new AbortController();
  const users: Users = startUsers({
    port,
    host: '127.0.0.1',
    ratePerSecond: 500,
    maxInFlight: 20,
    timeoutMs: 2000,
    random: Math.random,
    ...options,
    signal: stop.signal,
  });
  await eventually('the users have done enough', () => until(users.counts()));
  stop.abort();
  return users.done;
}

async function withServer(
  listener: RequestListener,
  use: (port: number) => Promise<void>,
): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe('the demo users', () => {
  it('get only good responses from a good release', async () => {
    await withShop({}, async ({ port }) => {
      const counts = await using(port, ({ sent }) => sent >= 300);
      expect(counts.failed, counts.lastFailure ?? '').to.equal(0);
      expect(counts.ok).to.equal(counts.sent);
      expect(counts.p50Ms).to.be.above(0).and.at.most(counts.p99Ms);
    });
  });

  it('count every response that is an error and remember the last', async () => {
    await withShop({ missingRoute: 'GET /items' }, async ({ port }) => {
      const counts = await using(port, ({ failed }) => failed > 0);
      expect(counts.ok + counts.failed).to.equal(counts.sent);
      expect(counts.lastFailure).to.equal('GET /items: status 404');
    });
  });

  it('count a response that breaks off or never arrives', async () => {
    await withServer(
      (_, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('x');
        response.socket?.end();
      },
      async (port) => {
        const counts = await using(port, ({ failed }) => failed > 2);
        expect(counts.ok).to.equal(0);
      },
    );
    await withServer(
      () => {},
      async (port) => {
        const counts = await using(port, ({ failed }) => failed > 0, { timeoutMs: 50 });
        expect(counts.ok).to.equal(0);
      },
    );
  });

  it('send no more at once than allowed and count how many were held', async () => {
    let most = 0;
    let open = 0;
    await withServer(
      (_, response) => {
        most = Math.max(most, (open += 1));
        setTimeout(() => {
          open -= 1;
          response.end('{}');
        }, 30);
      },
      async (port) => {
        const counts = await using(port, ({ held }) => held > 10, { maxInFlight: 3 });
        expect(counts.failed, counts.lastFailure ?? '').to.equal(0);
      },
    );
    expect(most).to.be.at.most(3);
  });

  it('keep their connections alive', async () => {
    const sockets = new Set<unknown>();
    await withServer(
      (request, response) => {
        sockets.add(request.socket);
        response.end('{}');
      },
      async (port) => {
        await using(port, ({ ok }) => ok >= 100, { maxInFlight: 5 });
      },
    );
    expect(sockets.size).to.be.at.most(5);
  });
});

describe('the latencies of the demo users', () => {
  it('give quantiles to 5 % from a bounded number of buckets', () => {
    const latencies = new Latencies();
    expect(latencies.quantileMs(0.5)).to.equal(0);
    for (let ms = 1; ms <= 1000; ms += 1) latencies.add(ms);
    expect(latencies.quantileMs(0.5)).to.be.within(475, 530);
    expect(latencies.quantileMs(0.99)).to.be.within(940, 1000);
    latencies.add(1e9);
    expect(latencies.maxMs).to.equal(1e9);
  });
});
