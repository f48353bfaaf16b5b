import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ReleaseFaults } from '../../../lib/demo/release.ts';
import type { Report } from '../../../lib/evaluation/report/report.ts';
import type { Daemon } from '../../support/daemon.ts';
import { type DaemonWorld, withWorld } from '../../support/daemon-world.ts';

/** Nothing but the word of an operator promotes a version here. */
const BY_HAND = { verdict_mode: 'manual' } as const;

async function promoted(
  world: DaemonWorld,
  daemon: Daemon,
  version: string,
  faults: ReleaseFaults,
) {
  await world.drop(version, { asRunning: { afterMs: 2000, faults } });
  await daemon.testing(`shop-${version}`);
  const { code, stderr } = await world.vili('promote', '--yes', '--reason', 'for a spec');
  expect(code, stderr).to.equal(0);
  await daemon.serving(`shop-${version}`);
}

async function reportOf(world: DaemonWorld, version: string): Promise<Report> {
  return JSON.parse(await readFile(join(world.base, version, 'report.json'), 'utf8')) as Report;
}

/** The report on the rollback, which takes the place of that on the promotion. */
async function rolledBack(world: DaemonWorld, daemon: Daemon, version: string): Promise<Report> {
  await daemon.until('there is a report on the rollback', () =>
    reportOf(world, version).then(
      ({ verdict }) => verdict === 'rolled-back',
      () => false,
    ),
  );
  return reportOf(world, version);
}

const ENDPOINT = 'GET /items/{id}';

describe('A version that turns bad on probation', function () {
  this.timeout(240_000);

  it('is taken back for failures that previous does not share, with a report and samples', async () => {
    await withWorld(BY_HAND, async (world) => {
      const daemon = await world.startServing();
      world.users(60);
      await promoted(world, daemon, '1.0.1', { errors: { endpoint: ENDPOINT, share: 0.3 } });
      const seen = await daemon.until(
        'it is compared',
        ({ probation }) => (probation?.evidence?.pairs ?? 0) > 20,
      );
      expect(seen).to.include({ phase: 'probation', verdict: null });
      expect(seen.probation).to.include({ version: 'shop-1.0.1', previous: 'shop-1.0.0' });
      await daemon.recorded('rolled-back', 'shop-1.0.1', 60_000);
      const { running, previous } = await daemon.serving('shop-1.0.0');
      expect([running?.instance, previous]).to.deep.equal(['1_running', null]);
      const { reasons, test, by, sentence } = await rolledBack(world, daemon, 'shop-1.0.1');
      expect(by).to.equal('vili');
      expect(sentence).to.contain('"running" is shop-1.0.0');
      const found = reasons.find(({ endpoint }) => endpoint === ENDPOINT);
      expect(found?.text).to.contain('500');
      expect(found?.samples.length).to.be.above(0);
      expect(test).to.include({ decision: 'reject', against: 'shop-1.0.0' });
      const { stdout } = await world.vili('diff', '--sample', found?.samples[0] ?? '', '--json');
      const sample = JSON.parse(stdout) as Record<'running' | 'testing', { status: number }>;
      expect([sample.running.status, sample.testing.status]).to.deep.equal([200, 500]);
      await daemon.kill('SIGTERM');
      const again = world.start();
      const { testing } = await again.serving('shop-1.0.0');
      expect(testing, 'it is not tried again by itself').to.equal(null);
    });
  });

  it('is taken back for slowness, also after a restart of Vili in between', async () => {
    await withWorld({ ...BY_HAND, verdict_min_time: '10s' }, async (world) => {
      const daemon = await world.startServing();
      world.users(30);
      await promoted(world, daemon, '1.0.1', { slow: { endpoint: ENDPOINT, ms: 60 } });
      await daemon.until(
        'it is compared',
        ({ probation }) => (probation?.evidence?.pairs ?? 0) > 50,
      );
      const { probation } = await daemon.client.status();
      await daemon.kill('SIGKILL');
      const again = world.start();
      const { reasons } = await again.recorded('rolled-back', 'shop-1.0.1', 90_000);
      expect(reasons.join(' ')).to.match(/slow|took/);
      const report = await rolledBack(world, again, 'shop-1.0.1');
      expect(report.test?.pairs).to.be.above(probation?.evidence?.pairs ?? Number.NaN);
    });
  });

  it('stays when previous fails in the same way, and a newer one is promoted only after the probation', async () => {
    const settings = { probation: '25s', verdict_min_time: '2s' };
    await withWorld(settings, async (world) => {
      const flaky = { errors: { endpoint: ENDPOINT, share: 0.2 } };
      const daemon = await world.startServing(undefined, flaky);
      const users = world.users(60);
      await world.drop('1.0.1', flaky);
      await daemon.testing('shop-1.0.1');
      await world.vili('promote', '--yes', '--reason', 'for a spec');
      await daemon.serving('shop-1.0.1');
      await daemon.until(
        'it is compared',
        ({ probation }) => (probation?.evidence?.pairs ?? 0) > 100,
      );
      const { stdout } = await world.vili('status');
      expect(stdout.replaceAll(/\s+/g, ' ')).to.match(
        /probation \d+s left; [\d,]+ requests compared with shop-1\.0\.0/,
      );
      await world.drop('1.0.2', flaky);
      await daemon.testing('shop-1.0.2');
      const { probation } = await daemon.client.status();
      expect(probation?.evidence).to.equal(null);
      await daemon.recorded('archived', 'shop-1.0.0', 60_000);
      await daemon.serving('shop-1.0.2', 60_000);
      const events = (await daemon.client.history()).map(
        ({ event, version }) => `${event} ${version}`,
      );
      expect(events).to.not.include('rolled-back shop-1.0.1');
      expect(events.indexOf('promoted shop-1.0.2'), events.join(', ')).to.be.above(
        events.indexOf('archived shop-1.0.0') - 2,
      );
      await users.stop();
    });
  });
});
