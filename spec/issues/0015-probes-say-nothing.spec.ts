import { expect } from 'chai';
import { type DaemonWorld, withWorld } from '../support/daemon-world.ts';

const PROBES = [
  ['/readyz', 'curl/8.5.0'],
  ['/actuator/health/liveness', 'Go-http-client/1.1'],
  ['/metrics', 'Prometheus/2.51.0'],
  ['/items/1', 'kube-probe/1.29'],
  ['/am-i-there?deep=1', 'wget'],
] as const;
const USERS = ['/', '/items/1', '/orders/1', '/search'].map(
  (path) => [path, 'Mozilla/5.0'] as const,
);
const UNLISTED = ['/internal/db', 'python-requests/2.31'] as const;

/** Responds well to its probes, and to everything else with `status`. */
function service(status: number): string {
  return `import { createServer } from 'node:http';
createServer((request, response) => {
  const [path] = request.url.split('?');
  const isProbe = path.startsWith('/internal/') || path === '/am-i-there';
  response.writeHead(isProbe ? 200 : ${status}, { 'content-type': 'application/json' });
  response.end('{"ok":true}');
}).listen(Number(process.env.PORT), '127.0.0.1');
`;
}

async function send(
  world: DaemonWorld,
  requests: readonly (readonly [path: string, agent: string])[],
): Promise<void> {
  for (const [path, agent] of requests) {
    const url = `http://127.0.0.1:${world.port}${path}`;
    await (await fetch(url, { headers: { 'user-agent': agent } })).arrayBuffer();
  }
}

function times<T>(count: number, list: readonly T[]): readonly T[] {
  return Array.from({ length: count }, () => list).flat();
}

describe('A version under probes alone', function () {
  this.timeout(60_000);

  it('is not promoted on them: not on known ones, nor on one that nobody lists', async () => {
    const settings = { readiness_path: '/am-i-there', verdict_min_time: '500ms' };
    await withWorld(settings, async (world) => {
      await world.arrive('shop-1.0.0.mjs', service(200));
      const daemon = world.start();
      await daemon.serving('shop-1.0.0');
      await send(world, times(10, USERS));
      await world.arrive('shop-1.0.1.mjs', service(500));
      await daemon.testing('shop-1.0.1');
      await send(world, times(20, PROBES));
      const probed = await daemon.client.status();
      expect(probed.verdict).to.include({ decision: 'collecting', pairs: 0 });
      expect(probed.traffic.skipped['health']).to.equal(20 * PROBES.length);
      await send(world, times(100, [UNLISTED]));
      const { verdict } = await daemon.until(
        'all are compared',
        ({ verdict }) => verdict?.pairs === 100,
      );
      expect(verdict?.decision).to.equal('collecting');
      const lacking = verdict?.missing.find((line) => line.includes('GET /internal/db'));
      expect(lacking).to.contain('which users call').and.to.contain('GET /items/{id}');
      await send(world, times(20, USERS));
      await daemon.recorded('rejected', 'shop-1.0.1');
    });
  });
});
