import { expect } from 'chai';
import type { UserCounts } from '../../lib/demo/users.ts';
import { readStat } from '../../lib/servlet/process/identity.ts';
import { childrenNamed } from '../support/child-processes.ts';
import { withWorld } from '../support/daemon-world.ts';
import { eventually } from '../support/eventually.ts';

/** Requests that running had received when it was killed may have taken effect: they are not repeated. */
const IN_FLIGHT_AT_A_KILL = 12;

describe('A daemon whose running servlet is killed', function () {
  this.timeout(60_000);

  it('holds requests until the servlet is back; 200 a second succeed', async () => {
    await withWorld({ hold_max: '10s' }, async (world) => {
      const daemon = await world.startServing();
      const users = world.users(200);
      const before = await daemon.client.status();
      for (const killing of [1, 2]) {
        const { running } = await daemon.serving('shop-1.0.0');
        const served = users.counts().ok;
        await daemon.until('users are served', () => users.counts().ok > served + 100);
        process.kill(running?.pid ?? 0, 'SIGKILL');
        await daemon.until(`it is back after kill ${killing}`, (status) => {
          const now = status.running;
          return now?.state === 'ready' && now.pid !== running?.pid;
        });
      }
      const { reasons } = await daemon.recorded('crashed', 'shop-1.0.0');
      expect(reasons[0]).to.contain('killed by SIGKILL');
      await daemon.recorded('restarted', 'shop-1.0.0');
      const ok = users.counts().ok;
      await daemon.until('users are served', () => users.counts().ok > ok + 100);
      const counts = await users.stop();
      const { running } = await daemon.client.status();
      expect(running?.instance).to.equal('3_running');
      expect(running?.port).to.not.equal(before.running?.port);
      expect(counts).to.include({ held: 0 });
      expectUsersServed(counts);
    });
  });

  it('starts running and testing again when the launcher of both is killed; 200 a second succeed', async () => {
    await withWorld({ hold_max: '10s' }, async (world) => {
      const daemon = await world.startServing();
      const users = world.users(200);
      await world.drop('1.0.1');
      const before = await daemon.testing('shop-1.0.1');
      const [launcher = 0] = childrenNamed(daemon.pid, 'vili: launcher');
      process.kill(launcher, 'SIGKILL');
      await daemon.until('both are back', ({ running, testing }) => {
        const isBack = running?.state === 'ready' && running.pid !== before.running?.pid;
        return isBack && testing?.state === 'ready' && testing.pid !== before.testing?.pid;
      });
      const { reasons } = await daemon.recorded('crashed', 'shop-1.0.0');
      expect(reasons[0]).to.contain('the process of Vili that keeps servlets has ended (SIGKILL)');
      const ok = users.counts().ok;
      await daemon.until('users are served', () => users.counts().ok > ok + 100);
      // The test begins anew: copies that were refused meanwhile do not count against the version.
      await daemon.testing('shop-1.0.1');
      await daemon.until('copies are compared', ({ verdict }) => (verdict?.pairs ?? 0) > 20);
      const history = await daemon.client.history();
      expect(history.filter(({ event }) => event === 'rejected')).to.deep.equal([]);
      expectUsersServed(await users.stop());
      const [again = 0] = childrenNamed(daemon.pid, 'vili: launcher');
      await daemon.kill('SIGKILL');
      await eventually('the launcher has ended with Vili', () => readStat(again) === null);
    });
  });

  it('holds users, and nothing against the version under test, while the launcher stands still and tells of no end', async () => {
    // A refused connection would reject it at once, and an end twice.
    const settings = { hold_max: '30s', verdict_min_time: '60s', verdict_confirm_time: '100ms' };
    await withWorld(settings, async (world) => {
      const daemon = await world.startServing();
      const users = world.users(40);
      await world.drop('1.0.1');
      const before = await daemon.testing('shop-1.0.1');
      const { ok } = users.counts();
      await daemon.until('users are served', () => users.counts().ok > ok + 20);
      const [launcher = 0] = childrenNamed(daemon.pid, 'vili: launcher');
      process.kill(launcher, 'SIGSTOP');
      try {
        for (const servlet of [before.running, before.testing]) {
          process.kill(servlet?.pid ?? 0, 'SIGKILL');
        }
        for (const version of ['shop-1.0.0', 'shop-1.0.1']) {
          const { reasons } = await daemon.recorded('crashed', version);
          expect(reasons[0]).to.contain('its process has ended; how is not known');
        }
      } finally {
        process.kill(launcher, 'SIGCONT');
      }
      await daemon.until('both are back', ({ running, testing }) => {
        const isBack = running?.state === 'ready' && running.pid !== before.running?.pid;
        return isBack && testing?.state === 'ready' && testing.pid !== before.testing?.pid;
      });
      const { pairs = 0 } = (await daemon.client.status()).verdict ?? {};
      const { traffic } = await daemon.until(
        'copies are compared',
        ({ verdict }) => (verdict?.pairs ?? 0) > pairs + 20,
      );
      expect(traffic.failed).to.not.have.property('refused');
      const history = await daemon.client.history();
      expect(history.filter(({ event }) => event === 'rejected')).to.deep.equal([]);
      expectUsersServed(await users.stop());
    });
  });

  it('rolls back when the servlet is killed on probation', async () => {
    await withWorld({ verdict_mode: 'manual' }, async (world) => {
      const daemon = await world.startServing();
      const users = world.users(60);
      await world.drop('1.0.1');
      await daemon.testing('shop-1.0.1');
      const { code, stderr } = await world.vili('promote', '--yes', '--reason', 'for a spec');
      expect(code, stderr).to.equal(0);
      const { running } = await daemon.serving('shop-1.0.1');
      const counted = users.counts().ok;
      await daemon.until('users on 1.0.1', () => users.counts().ok > counted + 20);
      process.kill(running?.pid ?? 0, 'SIGKILL');
      const { reasons } = await daemon.recorded('rolled-back', 'shop-1.0.1');
      expect(reasons.join(' ')).to.contain('on probation').and.contain('SIGKILL');
      const after = await daemon.serving('shop-1.0.0');
      expect(after.running).to.include({ instance: '1_running', restarts: 0 });
      expect(after).to.include({ phase: 'steady', previous: null });
      await daemon.until('links', async () => {
        const links = await world.links();
        return links['shop-running'] === 'shop-1.0.0';
      });
      const served = users.versions.get('1.0.0') ?? 0;
      await daemon.until('users', () => (users.versions.get('1.0.0') ?? 0) > served + 30);
      const counts = await users.stop();
      expectUsersServed(counts);
    });
  });

  it('rolls back at once when the servlet hangs on probation, however long it takes to end', async () => {
    const impatient = {
      liveness_path: '/health',
      liveness_interval: '200ms',
      liveness_timeout: '300ms',
      liveness_failures: '2',
      stop_timeout: '3s',
    };
    await withWorld(impatient, async (world) => {
      const daemon = await world.startServing();
      await world.drop('1.0.1', { ignoreSigterm: true });
      await daemon.testing('shop-1.0.1');
      await world.vili('promote', '--yes', '--reason', 'for a spec');
      const { running } = await daemon.serving('shop-1.0.1');
      const pid = running?.pid ?? 0;
      process.kill(pid, 'SIGSTOP');
      const { reasons } = await daemon.recorded('rolled-back', 'shop-1.0.1');
      expect(reasons.join(' ')).to.contain('no response');
      expect(process.kill(pid, 0), 'it was still there').to.equal(true);
      await daemon.serving('shop-1.0.0');
    });
  });
});

// Private

function expectUsersServed({ failed, lastFailure }: UserCounts): void {
  expect(failed, lastFailure ?? '').to.be.at.most(IN_FLIGHT_AT_A_KILL);
  if (lastFailure !== null) expect(lastFailure).to.contain('status 502');
}
