import { expect } from 'chai';
import type { ReleaseFaults } from '../../../lib/demo/release.ts';
import type { Daemon } from '../../support/daemon.ts';
import { DaemonWorld, type LiveUsers, withWorld } from '../../support/daemon-world.ts';
import { PATIENCE } from '../../support/patience.ts';

/** Nothing but the word of an operator promotes a version here, however late a busy host lets it come. */
const BY_HAND = { verdict_mode: 'manual' };
const STAY = { ...BY_HAND, probation_rollback: 'manual' };
/** Of a crash and of a hang; many times that on a host that is busy with other things. */
const CRASH_LIMIT_MS = 2000 * PATIENCE;
const HANG_LIMIT_MS = 6000 * PATIENCE;
/** Of writes that fail, as promised to users. */
const WRITES_LIMIT_MS = 60_000 * PATIENCE;
const WRITERS_PER_SECOND = 100;
/** Requests that a crashed process had received. */
const IN_FLIGHT_MAX = 12;
const READS = 20;

/** 1.0.1 with these faults is promoted, and users are on it. */
async function onProbation(
  world: DaemonWorld,
  daemon: Daemon,
  users: LiveUsers,
  faults?: ReleaseFaults,
) {
  await world.drop('1.0.1', faults);
  await daemon.testing('shop-1.0.1');
  const { code, stderr } = await world.vili('promote', '--yes', '--reason', 'for a spec');
  expect(code, stderr).to.equal(0);
  const status = await daemon.serving('shop-1.0.1');
  await daemon.until('users are on 1.0.1', () => (users.versions.get('1.0.1') ?? 0) > 40);
  return status;
}

/** Resolves to the time from now until users get responses of 1.0.0. */
async function untilBack(daemon: Daemon, users: LiveUsers): Promise<number> {
  const [begun, before] = [performance.now(), users.versions.get('1.0.0') ?? 0];
  await daemon.until('users are back', () => (users.versions.get('1.0.0') ?? 0) > before);
  return performance.now() - begun;
}

describe('Users of a version on probation', function () {
  this.timeout(240_000);
  /** What running usually does is known only after a minute, which passes while others are tried. */
  let early: DaemonWorld;
  let known: Daemon;

  before(async () => {
    early = await DaemonWorld.create(BY_HAND);
    known = await early.startServing();
    early.users(40);
  });
  after(() => early?.end());

  it('are on the previous one at once when it crashes; only what it had in hand fails', async () => {
    await withWorld(BY_HAND, async (world) => {
      const daemon = await world.startServing();
      const users = world.users(200);
      const { running } = await onProbation(world, daemon, users);
      process.kill(running?.pid ?? 0, 'SIGKILL');
      const tookMs = await untilBack(daemon, users);
      expect(tookMs).to.be.below(CRASH_LIMIT_MS);
      await daemon.recorded('rolled-back', 'shop-1.0.1');
      const { failed, lastFailure } = await users.stop();
      expect(failed, lastFailure ?? '').to.be.at.most(IN_FLIGHT_MAX);
    });
  });

  it('are on the previous one within seconds when it hangs; reads that waited there succeed', async () => {
    await withWorld({ ...BY_HAND, liveness_interval: '60s' }, async (world) => {
      const daemon = await world.startServing();
      const users = world.users(50);
      const { running } = await onProbation(world, daemon, users);
      process.kill(running?.pid ?? 0, 'SIGSTOP');
      const reads = Array.from({ length: READS }, async (_, n) => {
        const response = await fetch(`http://127.0.0.1:${world.port}/items/${n + 1}`);
        await response.text();
        return `${response.status} ${response.headers.get('x-shop-version')}`;
      });
      const tookMs = await untilBack(daemon, users);
      expect(tookMs).to.be.below(HANG_LIMIT_MS);
      expect(new Set(await Promise.all(reads))).to.deep.equal(new Set(['200 1.0.0']));
      const { reasons } = await daemon.recorded('rolled-back', 'shop-1.0.1');
      expect(reasons.join(' ')).to.match(
        /It sent nothing to users for [\d.]+ s while requests waited/,
      );
      const ok = users.counts().ok;
      await daemon.until('users are served', () => users.counts().ok > ok + 100);
      // Writes are not sent twice.
      const { lastFailure } = await users.stop();
      if (lastFailure !== null) expect(lastFailure).to.match(/^POST /);
      const { running: now, previous } = await daemon.client.status();
      expect([now?.version, previous]).to.deep.equal(['shop-1.0.0', null]);
    });
  });

  it('stay on it where people decide, who are told', async () => {
    await withWorld({ ...STAY, liveness_interval: '60s' }, async (world) => {
      const daemon = await world.startServing();
      const users = world.users(20);
      const { running } = await onProbation(world, daemon, users);
      process.kill(running?.pid ?? 0, 'SIGSTOP');
      const { reasons } = await daemon.recorded('delayed', 'shop-1.0.1');
      expect(reasons[0]).to.contain('probation.rollback is manual');
      process.kill(running?.pid ?? 0, 'SIGCONT');
      const { running: now, probation } = await daemon.client.status();
      expect(now?.version).to.equal('shop-1.0.1');
      expect(probation?.complaint?.text).to.contain('to take them back within');
      for (const command of ['status', 'why']) {
        const { stdout } = await world.vili(command);
        expect(stdout.replaceAll(/\s+/g, ' '), command)
          .to.contain('shop-1.0.1 is worse than shop-1.0.0 on probation')
          .and.contain('vili rollback');
      }
    });
  });

  it('are on the previous one by what they get where only its writes fail, which nobody copies', async () => {
    await withWorld(BY_HAND, async (world) => {
      const daemon = await world.startServing();
      const users = world.users(WRITERS_PER_SECOND);
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
      const { reasons, by } = await daemon.recorded('rolled-back', 'shop-1.0.1', WRITES_LIMIT_MS);
      expect(performance.now() - begun).to.be.below(WRITES_LIMIT_MS);
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

  it('are on the previous one, too, when it still responds to probes and to nobody else', async () => {
    await known.until('it is known', ({ vili }) => vili.uptimeMs > 65_000, 90_000);
    const later = { afterMs: 3000, faults: { hang: 'users' } } as const;
    await onProbation(early, known, early.users(40), { asRunning: later });
    const { reasons } = await known.recorded('rolled-back', 'shop-1.0.1');
    expect(reasons.join(' ')).to.contain('It sent nothing to users');
  });
});
