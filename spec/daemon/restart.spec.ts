import { expect } from 'chai';
import { withWorld } from '../support/daemon-world.ts';
import { eventually } from '../support/eventually.ts';

/** What is under test stays there, however long a command takes on a busy host. */
const MANUAL = { verdict_mode: 'manual' };

describe('A daemon that is asked for fresh processes', function () {
  this.timeout(120_000);

  it('restarts running without a lost request and without a way back, then testing with its evidence', async () => {
    await withWorld({ ...MANUAL, hold_max: '30s', probation: '10m' }, async (world) => {
      const daemon = await world.startServing();
      await world.drop('1.0.1');
      await daemon.testing('shop-1.0.1');
      await world.vili('promote', '--yes');
      const { running: before } = await daemon.serving('shop-1.0.1');
      const users = world.users(40);
      await eventually('users', () => (users.versions.get('1.0.1') ?? 0) > 20);

      const asked = await world.vili('restart', 'running', '--yes', '--reason', 'it leaks');
      expect([asked.code, asked.stdout]).to.deep.equal([
        0,
        "shop-1.0.1, which is running, is restarted; users' requests wait meanwhile, at most hold.max\n",
      ]);
      const { running, previous } = await daemon.until(
        'another process serves',
        (it) => it.running?.state === 'ready' && it.running.pid !== before?.pid,
      );
      expect(running).to.include({ version: 'shop-1.0.1', restarts: 0 });
      expect(previous?.version).to.equal('shop-1.0.0');
      const served = users.versions.get('1.0.1') ?? 0;
      await eventually('users are served', () => (users.versions.get('1.0.1') ?? 0) > served + 20);
      const { failed, ok } = await users.stop();
      expect([failed, ok > 40]).to.deep.equal([0, true]);
      const [first, second] = (await daemon.client.history()).slice(-2);
      expect(first).to.include({ event: 'restarted', version: 'shop-1.0.1' });
      expect(first?.by).to.match(/@/);
      expect(first?.reasons.join()).to.match(/asked for it: it leaks$/);
      expect(second).to.include({ event: 'restarted', by: 'vili' });

      expect((await world.vili('restart', 'testing', '--yes')).code).to.equal(6);
      world.users(60);
      await world.drop('1.0.2');
      const { testing, verdict } = await daemon.until(
        'pairs',
        (it) => it.verdict?.version === 'shop-1.0.2' && it.verdict.pairs > 10,
      );
      expect((await world.vili('restart', 'testing', '--yes')).code).to.equal(0);
      const after = await daemon.until(
        'another process is tested',
        (it) => it.testing?.state === 'ready' && it.testing.pid !== testing?.pid,
      );
      expect(after.verdict?.pairs).to.be.at.least(verdict?.pairs ?? 0);
      const history = await daemon.client.history();
      expect(history.map(({ event }) => event)).to.not.include('crashed');
    });
  });

  it('stops in order when it is asked to, and says so in the history', async () => {
    await withWorld({}, async (world) => {
      const daemon = await world.startServing();
      expect((await world.vili('stop')).code).to.equal(2);
      const stopped = await world.vili('stop', '--yes', '--reason', 'new host');
      expect([stopped.code, stopped.stderr]).to.deep.equal([0, '']);
      expect(stopped.stdout).to.match(/^Vili stops: users' requests in flight finish/);
      // It was waited for.
      expect(await world.processes()).to.deep.equal([]);
      expect(await daemon.exit()).to.include({ code: 0 });
      const { stdout } = await world.vili('history');
      expect(stdout).to.match(
        /stopped {2}shop-1.0.0 {2}by .*@.*\n {4}.* asked for it: new host\n$/,
      );
      expect((await world.vili('stop', '--yes')).code).to.equal(5);
      await world.start().serving('shop-1.0.0');
    });
  });
});
