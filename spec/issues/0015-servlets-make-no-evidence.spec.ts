import { expect } from 'chai';
import { type DaemonWorld, withWorld } from '../support/daemon-world.ts';

const SETTINGS = { verdict_min_time: '60s', mirror_methods: 'GET, POST' };
const USERS = 4;

/** Testing gets what it responds with from the users' port, over a connection of the given kind. */
function caller(port: number, agent: string): string {
  return `import { Agent, createServer, request } from 'node:http';
const agent = ${agent};
createServer((incoming, response) => {
  const headers = incoming.url.startsWith('/passing') ? { ...incoming.headers } : {};
  request({ host: 'localhost', port: ${port}, path: '/inner' + incoming.url, agent, headers }, (inner) => {
    inner.resume().on('end', () => response.end('ok'));
  }).on('error', () => response.writeHead(500).end()).end();
}).listen(Number(process.env.PORT), '127.0.0.1');
`;
}

const PLAIN = `import { createServer } from 'node:http';
createServer((request, response) => response.end('ok')).listen(Number(process.env.PORT), '127.0.0.1');
`;

async function settled(world: DaemonWorld, path: string, agent: string): Promise<void> {
  await world.arrive('shop-1.0.0.mjs', PLAIN);
  const daemon = world.start();
  await daemon.serving('shop-1.0.0');
  await world.arrive('shop-1.0.1.mjs', caller(world.port, agent));
  const { traffic: idle } = await daemon.testing('shop-1.0.1');
  for (let user = 0; user < USERS; user++) {
    await (await fetch(`http://127.0.0.1:${world.port}${path}/${user}`)).arrayBuffer();
  }
  // What it sends while its readiness is probed belongs to no test; testing may get a copy twice.
  const ofServlet = ({ received, skipped }: typeof idle) =>
    received - (skipped['no-testing'] ?? 0) - USERS;
  const { traffic } = await daemon.until('all is counted', ({ traffic: now }) => {
    const { servlet = 0, local = 0 } = now.skipped;
    return now.mirrored >= USERS && servlet + local >= USERS && servlet + local === ofServlet(now);
  });
  const { local = 0 } = traffic.skipped;
  expect(traffic.mirrored).to.equal(USERS);
  expect(ofServlet(traffic)).to.be.within(USERS, 2 * USERS);
  if (agent.includes('keepAlive') || path === '/passing') expect(local).to.equal(0);
}

describe('A version under test that calls the port of the users', function () {
  this.timeout(60_000);

  for (const [text, path, agent] of [
    ['over a connection that it keeps', '/kept', 'new Agent({ keepAlive: true })'],
    ['over a new connection each time', '/new', 'false'],
    ['with the headers of the copy', '/passing', 'false'],
  ] as const) {
    it(`is forwarded and never copied, ${text}`, async () => {
      await withWorld({ ...SETTINGS, readiness_path: 'none' }, (world) =>
        settled(world, path, agent),
      );
    });
  }
});
