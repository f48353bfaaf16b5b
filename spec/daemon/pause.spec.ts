import { expect } from 'chai';
import { withWorld } from '../support/daemon-world.ts';

describe('A daemon that is paused', function () {
  this.timeout(120_000);

  it('goes on testing without a decision, over a restart, until it is resumed', async () => {
    await withWorld({ verdict_speed: 'report' }, async (world) => {
      const first = await world.startServing();
      const paused = await world.vili('pause', '--yes', '--reason', 'release freeze');
      expect([paused.code, paused.stdout]).to.deep.equal([
        0,
        'no version is promoted or rejected by itself until `vili resume`; tests go on\n',
      ]);
      const again = await world.vili('pause', '--yes');
      expect(again.code).to.equal(6);
      expect(again.stderr).to.match(/Vili is already paused by .* \(release freeze\)/);
      world.users(60);
      await world.drop('1.0.1');
      await first.until('a verdict', ({ verdict }) => verdict?.decision === 'promote');
      await first.kill();

      const second = world.start();
      const { paused: kept, testing } = await second.until(
        'a verdict again',
        ({ verdict }) => verdict?.decision === 'promote',
      );
      expect(testing?.version).to.equal('shop-1.0.1');
      expect(kept).to.include({ reason: 'release freeze' });
      for (const command of ['status', 'why']) {
        const { stdout } = await world.vili(command);
        expect(stdout.replaceAll(/\s+/g, ' ')).to.match(
          /! Paused by .* \(release freeze\): nothing is promoted or rejected by itself until vili resume/,
        );
      }
      expect((await world.vili('resume', '--yes', '--reason', 'freeze is over')).code).to.equal(0);
      await second.recorded('promoted', 'shop-1.0.1');
      const events = (await second.client.history()).filter(({ event }) =>
        ['paused', 'resumed', 'promoted'].includes(event),
      );
      expect(events.map(({ event, version }) => [event, version])).to.deep.equal([
        ['paused', 'shop-1.0.0'],
        ['resumed', 'shop-1.0.0'],
        ['promoted', 'shop-1.0.1'],
      ]);
      expect(events[0]?.reasons.join()).to.contain('release freeze');
      expect((await world.vili('resume', '--yes')).stderr).to.contain('Vili is not paused');
    });
  });

  it('promotes by hand', async () => {
    await withWorld({}, async (world) => {
      const daemon = await world.startServing();
      await world.vili('pause', '--yes');
      await world.drop('1.0.1');
      await daemon.testing('shop-1.0.1');
      expect((await world.vili('promote', '--yes')).code).to.equal(0);
      const { paused } = await daemon.serving('shop-1.0.1');
      expect(paused?.by).to.match(/@/);
    });
  });
});
