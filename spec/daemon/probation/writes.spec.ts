import { expect } from 'chai';
import { withWorld } from '../../support/daemon-world.ts';
import { PATIENCE } from '../../support/patience.ts';

/** As promised to users; many times that on a host that is busy with other things. */
const LIMIT_MS = 60_000 * PATIENCE;
const REQUESTS_PER_SECOND = 100;

describe('A version on probation whose writes fail', function () {
  this.timeout(240_000);

  it('is off the users’ path by what users get, since nobody copies writes', async () => {
    await withWorld({}, async (world) => {
      const daemon = await world.startServing();
      const users = world.users(REQUESTS_PER_SECOND);
      await daemon.until('something is known of 1.0.0', () => users.counts().ok > 1000, 60_000);
      const errors = { endpoint: 'POST /orders', share: 1 };
      await world.drop('1.0.1', { asRunning: { afterMs: 5000, faults: { errors } } });
      await daemon.testing('shop-1.0.1');
      const { code, stderr } = await world.vili('promote', '--yes', '--reason', 'for a spec');
      expect(code, stderr).to.equal(0);
      await daemon.serving('shop-1.0.1');
      const begun = performance.now();
      const { probation } = await daemon.until('what users get is counted', (status) => {
        return (status.probation?.users?.responses ?? 0) > 0;
      });
      expect(probation?.users?.oddsNeeded).to.equal(200);
      const rows = probation?.users?.rows ?? [];
      expect(rows.map(({ name, endpoint }) => [name, endpoint])).to.deep.include.members([
        ['5xx', null],
        ['broken off', null],
      ]);
      expect(rows[0]?.before.responses).to.be.above(0);
      const { reasons, by } = await daemon.recorded('rolled-back', 'shop-1.0.1', LIMIT_MS);
      expect(performance.now() - begun).to.be.below(LIMIT_MS);
      expect(by).to.equal('vili');
      expect(reasons.join(' ')).to.match(
        /POST \/orders: \d+ of \d+ responses to users were 5xx \(.+ %\), against 0 of \d+ before/,
      );
      const before = users.counts();
      await daemon.until('users are served', () => users.counts().ok > before.ok + 200);
      const { lastFailure } = await users.stop();
      expect(lastFailure).to.match(/^POST \/orders/);
      const { running } = await daemon.client.status();
      expect(running?.version).to.equal('shop-1.0.0');
      const history = await daemon.client.history();
      expect(history.filter(({ event }) => event === 'promoted').length).to.equal(1);
    });
  });
});
