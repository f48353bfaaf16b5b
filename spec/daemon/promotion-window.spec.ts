import { expect } from 'chai';
import { withWorld } from '../support/daemon-world.ts';
import { eventually } from '../support/eventually.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const DAY_MS = 86_400_000;
const LIMIT_MS = 60_000;
/** What the verdict is made of is no matter here. */
const LIGHT = { verdict_min_requests: '20', verdict_margin: '20%', verdict_speed: 'report' };

describe('A daemon outside of its window of promotions', function () {
  this.timeout(180_000);

  it('tests on, says until when the version waits, and promotes it once the window is open', async () => {
    const inThreeDays = DAYS[new Date(Date.now() + 3 * DAY_MS).getUTCDay()];
    const closed = `${inThreeDays} 08:00-16:00 UTC`;
    await withWorld({ ...LIGHT, promotion_window: closed }, async (world) => {
      const daemon = await world.startServing();
      world.users(30);
      await world.drop('1.0.1');
      const { waits, testing } = await daemon.until(
        'it waits',
        (it) => (it.waits ?? null) !== null,
      );
      expect(testing?.version).to.equal('shop-1.0.1');
      expect(waits?.until).to.match(/T08:00:00\.000Z$/);
      const { reasons } = await daemon.recorded('delayed', 'shop-1.0.1');
      expect(reasons.join()).to.contain(`waits for promotion.window (${closed}), which opens on`);
      // What is seen meanwhile may make a verdict less sure for a moment.
      const says = `! shop-1.0.1 may go live, and waits for promotion.window (${closed})`;
      for (const command of ['status', 'why']) {
        await eventually(`vili ${command} says so`, async () => {
          const { stdout } = await world.vili(command);
          return stdout.replaceAll(/\s+/g, ' ').includes(says);
        });
      }
      await eventually('vili wait says so', async () => {
        const { code, stdout } = await world.vili('wait', '--timeout', '2s');
        expect(code).to.equal(4);
        return stdout.replaceAll(/\s+/g, ' ').includes('waits for promotion.window');
      });

      await world.configure({ ...LIGHT, promotion_window: 'daily 00:00-24:00 UTC' });
      expect((await world.vili('reload')).code).to.equal(0);
      await daemon.serving('shop-1.0.1', LIMIT_MS);
      const history = await daemon.client.history();
      expect(history.filter(({ event }) => event === 'delayed')).to.have.length(1);
    });
  });

  it('is not started with a window that makes no sense', async () => {
    await withWorld({ promotion_window: 'Mo-Th 8-16' }, async (world) => {
      const { code, stderr } = await world.vili('check');
      expect(code).to.equal(2);
      expect(stderr).to.match(
        /promotion[._]window +"Mo-Th 8-16" has "Mo-Th 8-16", which is not like/,
      );
    });
  });
});
