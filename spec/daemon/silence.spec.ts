import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { withWorld } from '../support/daemon-world.ts';

/** Limits so small that any evidence at all would lead to a verdict at once. */
const EAGER = {
  verdict_min_requests: '1',
  verdict_min_time: '100ms',
  verdict_margin: '50%',
  verdict_warmup_requests: '0',
  verdict_warmup_time: '0s',
  verdict_confirm_time: '0s',
  verdict_log_window: '100ms',
  health_paths: '/health, */health',
};
const LONG_ENOUGH_MS = 3000;

describe('A daemon without evidence', function () {
  this.timeout(60_000);

  it('reaches no verdict without traffic, nor with health probes only', async () => {
    await withWorld(EAGER, async (world) => {
      const daemon = await world.startServing();
      await world.drop('1.0.1');
      await daemon.testing('shop-1.0.1');
      await sleep(LONG_ENOUGH_MS);
      const quiet = await daemon.client.status();
      expect(quiet.verdict).to.include({ decision: 'collecting', pairs: 0 });
      const end = Date.now() + LONG_ENOUGH_MS;
      let probes = 0;
      for (; Date.now() < end; probes += 1) {
        const path = probes % 2 === 0 ? '/health' : '/shop/health';
        await (await fetch(`http://127.0.0.1:${world.port}${path}`)).arrayBuffer();
      }
      const { verdict, testing, traffic, phase } = await daemon.client.status();
      expect(verdict).to.include({ decision: 'collecting', pairs: 0 });
      expect(testing?.version).to.equal('shop-1.0.1');
      expect(phase).to.equal('testing');
      expect(traffic).to.include({ received: probes, mirrored: 0 });
      expect(traffic.skipped['health']).to.equal(probes);
    });
  });

  it('ends a test that is inconclusive at its deadline, and promotes nothing', async () => {
    const undecidable = { verdict_min_requests: '100000', verdict_deadline: '3s' };
    await withWorld(undecidable, async (world) => {
      const daemon = await world.startServing();
      const users = world.users(40);
      await world.drop('1.0.1');
      const { reasons } = await daemon.recorded('rejected', 'shop-1.0.1');
      expect(reasons[0]).to.match(/^inconclusive: no decision after .* had to be ruled out/);
      expect(await users.stop()).to.include({ failed: 0 });
    });
  });
});
