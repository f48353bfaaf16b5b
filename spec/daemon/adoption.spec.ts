import { expect } from 'chai';
import { listingOf } from '../support/base-listing.ts';
import { withWorld } from '../support/daemon-world.ts';
import { leaveGoBase } from '../support/left-base.ts';

describe('A daemon on a base that the Go program left', function () {
  this.timeout(60_000);

  it('adopts running and testing by their links, and neither renames nor removes anything', async () => {
    await withWorld({ verdict_mode: 'manual' }, async (world) => {
      const left = await leaveGoBase(world, 'B');
      const daemon = world.start();
      const { running } = await daemon.serving('shop-1.0.0');
      expect(running?.instance).to.equal('1_running');
      const { testing } = await daemon.testing('shop-1.0.1');
      expect(testing?.instance).to.equal('1_test');
      const history = await daemon.client.history();
      const adopted = history.filter(({ event }) => event === 'adopted');
      expect(adopted.map(({ version }) => version)).to.deep.equal(['shop-1.0.0', 'shop-1.0.1']);
      const users = world.users(40);
      await daemon.until('pairs', ({ verdict }) => (verdict?.pairs ?? 0) > 20);
      expect(await users.stop()).to.include({ failed: 0 });
      const now = await listingOf(world.base);
      const moved = /current|logs$|logs_shop|shop-(running|test) ->/;
      expect(now).to.include.members(left.filter((line) => !moved.test(line)));
    });
  });

  it('tests nothing when the test link is the running link, and writes readable archives', async () => {
    await withWorld({}, async (world) => {
      await leaveGoBase(world, 'C');
      const daemon = world.start();
      await daemon.serving('shop-1.0.1');
      expect(daemon.output).to.match(/shop-test points to the running version/);
      expect(daemon.output).to.match(/shop-1\.0\.0\.zip is empty/);
      expect((await daemon.client.status()).testing).to.equal(null);
      const users = world.users(40);
      await world.drop('1.0.2');
      await daemon.testing('shop-1.0.2');
      expect((await world.links())['shop-test']).to.equal('shop-1.0.2');
      expect(await users.stop()).to.include({ failed: 0 });
    });
  });
});
