import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Daemon } from '../support/daemon.ts';
import { type DaemonWorld, withWorld } from '../support/daemon-world.ts';
import { eventually } from '../support/eventually.ts';

/** Enough that no verdict comes by itself. */
const BY_HAND = { verdict_min_requests: '100000' };

describe('A rollback by hand', function () {
  this.timeout(180_000);

  it('takes all of 200 users a second back to the warm version within a second, and none fails', async () => {
    await withWorld(BY_HAND, async (world) => {
      const daemon = await world.startServing();
      await promoted(world, daemon, '1.0.1');
      await world.drop('1.0.2');
      await daemon.testing('shop-1.0.2');
      const users = world.users(200);
      await daemon.until('users', () => (users.versions.get('1.0.1') ?? 0) > 100);
      const dry = await world.vili('rollback', '--dry-run');
      expect(dry.stdout.replaceAll(/\s+/g, ' ')).to.match(
        /^users go back from shop-1\.0\.1 to shop-1\.0\.0: 1\. new requests go to shop-1\.0\.0, which is warm/,
      );
      expect((await daemon.client.status()).running?.version).to.equal('shop-1.0.1');
      const lookMs = performance.now();
      await daemon.client.status();
      const startMs = performance.now();
      // A host that takes long for a look takes as much longer for the act.
      const limitMs = Math.max(1000, 10 * (startMs - lookMs));
      const by = { by: 'ann@host', reason: 'prices are wrong' };
      expect((await daemon.client.rollback(by)).version).to.equal('shop-1.0.0');
      // Nobody was served by it before: the users came after the promotion.
      await eventually('users are back', () => users.versions.has('1.0.0'));
      expect(performance.now() - startMs).to.be.below(limitMs);
      const entry = await daemon.recorded('rolled-back', 'shop-1.0.1');
      expect([entry.by, entry.reasons.join()]).to.deep.equal([
        'ann@host',
        'ann@host asked for it: prices are wrong',
      ]);
      await daemon.recorded('superseded', 'shop-1.0.2');
      await daemon.until(
        'the one left is gone',
        async () => (await world.processes()).length === 1,
      );
      const counts = await users.stop();
      expect(counts).to.include({ failed: 0, ok: counts.sent, lastFailure: null });
      expect(await world.links()).to.deep.equal({
        'shop-running': 'shop-1.0.0',
        'logs_shop-running': 'shop-1.0.0/1_running/logs',
      });
      const report = JSON.parse(await readFile(join(world.base, 'shop-1.0.1/report.json'), 'utf8'));
      expect(report).to.include({ verdict: 'rolled-back', by: 'ann@host', version: 'shop-1.0.1' });
      // Neither the one left nor the one whose test ended comes back by itself.
      await daemon.kill();
      const second = world.start();
      const { testing } = await second.serving('shop-1.0.0');
      expect(testing).to.equal(null);
      expect((await world.vili('retest', '1.0.1', '--yes')).code).to.equal(0);
      await second.testing('shop-1.0.1');
    });
  });

  it('restores an older version from its archive while running serves, and no request fails', async () => {
    await withWorld({ ...BY_HAND, probation: '0s' }, async (world) => {
      const daemon = await world.startServing();
      await promoted(world, daemon, '1.0.1');
      await daemon.recorded('archived', 'shop-1.0.0');
      await promoted(world, daemon, '1.0.2');
      await daemon.recorded('archived', 'shop-1.0.1');
      const users = world.users(200);
      await daemon.until('users', () => (users.versions.get('1.0.2') ?? 0) > 100);
      const answer = await world.vili('rollback', '1.0.0', '--yes', '--reason', 'data is wrong');
      expect([answer.code, answer.stdout]).to.deep.equal([
        0,
        'users go back from shop-1.0.2 to shop-1.0.0 once it is ready\n',
      ]);
      await daemon.recorded('rolled-back', 'shop-1.0.2');
      const { running, previous } = await daemon.serving('shop-1.0.0');
      expect([running?.instance, previous]).to.deep.equal(['2_running', null]);
      const before = users.versions.get('1.0.0') ?? 0;
      await daemon.until('users', () => (users.versions.get('1.0.0') ?? 0) > before + 50);
      const counts = await users.stop();
      expect(counts).to.include({ failed: 0, ok: counts.sent, lastFailure: null });
      const restored = await daemon.recorded('restored', 'shop-1.0.0');
      expect(restored.reasons.join()).to.contain('data is wrong');
      expect(await world.links()).to.deep.equal({
        'shop-running': 'shop-1.0.0',
        'logs_shop-running': 'shop-1.0.0/2_running/logs',
      });
      await daemon.kill();
      const { testing } = await world.start().serving('shop-1.0.0');
      expect(testing, 'the version between them is not tested by itself').to.equal(null);
    });
  });

  it('says why there is no way back, and changes nothing', async () => {
    await withWorld({ ...BY_HAND, probation: '0s' }, async (world) => {
      const daemon = await world.startServing();
      const nowhere = await world.vili('rollback', '--yes');
      expect([nowhere.code, nowhere.stderr]).to.deep.equal([
        6,
        'vili: no version is known that served before; name one\n',
      ]);
      await promoted(world, daemon, '1.0.1');
      await daemon.recorded('archived', 'shop-1.0.0');
      const cases: readonly (readonly [string, number, RegExp])[] = [
        ['1.0.1', 6, /shop-1\.0\.1 is running already/],
        ['0.9', 6, /no archive\/shop-0\.9\.zip.*archived: shop-1\.0\.0/],
        ['../etc', 2, /"\.\.\/etc" is not a version of shop/],
      ];
      for (const [version, code, text] of cases) {
        const answer = await world.vili('rollback', version, '--yes');
        expect(answer.code, version).to.equal(code);
        expect(answer.stderr.replaceAll(/\s+/g, ' ')).to.match(text);
      }
      await damage(join(world.base, 'archive/shop-1.0.0.zip'));
      expect((await world.vili('rollback', '--yes')).code).to.equal(0);
      const refused = await daemon.recorded('refused', 'shop-1.0.0');
      expect(refused.reasons.join()).to.match(
        /^Users could not go back to it: .*shop-1\.0\.0\.zip/,
      );
      await truncate(join(world.base, 'archive/shop-1.0.0.zip'), 0);
      expect((await world.vili('rollback', '--yes')).stderr).to.match(/shop-1\.0\.0\.zip is empty/);
      const { running, rollback } = await daemon.client.status();
      expect([running?.version, rollback]).to.deep.equal(['shop-1.0.1', null]);
    });
  });

  it('is completed at the next start when Vili is killed in the middle of it', async () => {
    await withWorld({ ...BY_HAND, probation: '0s' }, async (world) => {
      let daemon = await world.startServing({}, { startupDelayMs: 1500 });
      await promoted(world, daemon, '1.0.1');
      await daemon.recorded('archived', 'shop-1.0.0');
      for (const phase of ['restoring', 'starting']) {
        await world.vili('rollback', '1.0.0', '--yes');
        if (phase === 'starting') {
          await daemon.until('it starts', ({ rollback }) => rollback?.phase === phase);
        }
        await daemon.kill();
        daemon = world.start();
        await daemon.recorded('rolled-back', 'shop-1.0.1');
        await daemon.serving('shop-1.0.0');
        expect((await world.links())['shop-running']).to.equal('shop-1.0.0');
        if (phase === 'starting') return;
        await world.vili('retest', '1.0.1', '--yes');
        await daemon.testing('shop-1.0.1');
        await world.vili('promote', '--yes');
        await daemon.serving('shop-1.0.1');
        await daemon.until('all is archived', async ({ archive }) => {
          const history = await daemon.client.history();
          return archive.count === 1 && history.at(-1)?.event === 'archived';
        });
      }
    });
  });
});

// Private

async function promoted(world: DaemonWorld, daemon: Daemon, version: string): Promise<void> {
  await world.drop(version);
  await daemon.testing(`shop-${version}`);
  expect((await world.vili('promote', '--yes')).code).to.equal(0);
  await daemon.serving(`shop-${version}`);
}

/** Changes one byte in the middle, which no list of its entries shows. */
async function damage(zip: string): Promise<void> {
  const bytes = await readFile(zip);
  const at = Math.floor(bytes.length / 4);
  bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  await writeFile(zip, bytes);
}
