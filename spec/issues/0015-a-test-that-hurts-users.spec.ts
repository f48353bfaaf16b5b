import { expect } from 'chai';
import { withWorld } from '../support/daemon-world.ts';

const FIRST_SUSPICION_MS = 10_000;
const SETTINGS = {
  readiness_path: '/ready',
  verdict_min_time: '10m',
  // Running is asked no more often than its users ask.
  compare_control_share: '0%',
};

/** Two processes that share a cache under a lock: whoever finds the other's data there loads its own, slowly. */
const THRASHING = `import { createServer } from 'node:http';
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
const [lock, cache] = ['../../lock', '../../cache'];
const owner = () => { try { return readFileSync(cache, 'latin1'); } catch { return ''; } };
const locked = (done) => {
  try { mkdirSync(lock); } catch { return setTimeout(locked, 1, done); }
  const isMine = owner() === String(process.pid);
  setTimeout(() => {
    writeFileSync(cache, String(process.pid));
    rmdirSync(lock);
    done();
  }, isMine ? 1 : 60);
};
createServer((request, response) => {
  if (request.url === '/ready') return response.end('ok');
  locked(() => response.end('{"ok":true}'));
}).listen(Number(process.env.PORT), '127.0.0.1');
`;

describe('A version that thrashes a cache which running uses', function () {
  this.timeout(120_000);

  it('gets no copies soon after users have to wait, and users are told apart from then on', async () => {
    await withWorld(SETTINGS, async (world) => {
      await world.arrive('shop-1.0.0.mjs', THRASHING);
      const daemon = world.start();
      await daemon.serving('shop-1.0.0');
      const before = world.users(40);
      await daemon.until('its times are known', ({ traffic }) => traffic.received > 400);
      expect((await before.stop()).failed).to.equal(0);
      const users = world.users(10);
      await world.arrive('shop-1.0.1.mjs', THRASHING);
      await daemon.testing('shop-1.0.1');
      const begunMs = Date.now();
      await daemon.until(
        'copies pause, and it is told',
        ({ traffic, verdict }) =>
          (traffic.dropped['hurting'] ?? 0) > 0 &&
          verdict?.missing.some((it) => it.includes('copies pause in alternating windows')) ===
            true,
        60_000,
      );
      expect(Date.now() - begunMs).to.be.below(3 * FIRST_SUSPICION_MS);
      await users.stop();
    });
  });
});
