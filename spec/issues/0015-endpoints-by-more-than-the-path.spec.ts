import { expect } from 'chai';
import { type DaemonWorld, withWorld } from '../support/daemon-world.ts';

/** A wiki whose one script does everything by `do`, and a GraphQL API; `broken` is the action that fails. */
function wiki(broken: string): string {
  return `import { createServer } from 'node:http';
createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    const url = new URL(request.url, 'http://wiki');
    const action = url.searchParams.get('do') ?? JSON.parse(body || '{}').operationName ?? 'show';
    const isFeed = action === 'feed';
    response.writeHead(action === '${broken}' ? 500 : 200, { 'content-type': isFeed ? 'text/xml' : 'text/html' });
    response.end('<p>' + action + ' ' + 'x'.repeat(action === 'search' ? 9000 : 100) + '</p>');
  });
}).listen(Number(process.env.PORT), '127.0.0.1');
`;
}

async function visit(world: DaemonWorld): Promise<void> {
  const at = (path: string) => `http://127.0.0.1:${world.port}${path}`;
  for (const query of ['id=start', 'id=start&do=feed', 'id=start&do=search&q=wine']) {
    await (await fetch(at(`/doku.php?${query}`))).arrayBuffer();
  }
  for (const operationName of ['Cart', 'Profile']) {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ operationName, query: `query ${operationName} { id }` });
    await (await fetch(at('/graphql'), { method: 'POST', headers, body })).arrayBuffer();
  }
}

describe('A service with one path for many actions', function () {
  this.timeout(60_000);
  const settings = { readiness_path: 'none', mirror_rules: 'POST /graphql on' };

  for (const [broken, endpoint] of [
    ['search', 'GET /doku.php?do=search'],
    ['Cart', 'POST /graphql#Cart'],
  ] as const) {
    it(`has each action compared as an endpoint: ${endpoint} fails, and is named`, async () => {
      await withWorld(settings, async (world) => {
        await world.arrive('shop-1.0.0.mjs', wiki('nothing'));
        const daemon = world.start();
        await daemon.serving('shop-1.0.0');
        for (let visits = 0; visits < 20; visits++) await visit(world);
        await world.arrive('shop-1.0.1.mjs', wiki(broken));
        await daemon.testing('shop-1.0.1');
        for (let visits = 0; visits < 40; visits++) await visit(world);
        const { reasons } = await daemon.recorded('rejected', 'shop-1.0.1');
        expect(reasons.join('\n')).to.contain(endpoint);
      });
    });
  }

  it('has one name for an action, in what was compared and in what was not', async () => {
    await withWorld({ ...settings, verdict_min_time: '60s' }, async (world) => {
      await world.arrive('shop-1.0.0.mjs', wiki('nothing'));
      const daemon = world.start();
      await daemon.serving('shop-1.0.0');
      await world.arrive('shop-1.0.1.mjs', wiki('nothing'));
      await daemon.testing('shop-1.0.1');
      for (let visits = 0; visits < 30; visits++) await visit(world);
      await daemon.until('all are compared', ({ verdict }) => verdict?.pairs === 150);
      const report = await daemon.client.report({ version: 'shop-1.0.1' });
      expect(report?.test?.coverage).to.include({ requests: 150, coveredShare: 1 });
      expect(report?.test?.coverage.endpoints).to.deep.equal([]);
    });
  });
});
