import { expect } from 'chai';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withWorld } from '../support/daemon-world.ts';

describe('A daemon whose settings change', function () {
  this.timeout(90_000);

  it('takes over by vili reload what it can, and names what needs a restart', async () => {
    await withWorld({ verdict_mode: 'manual' }, async (world) => {
      const daemon = await world.startServing();
      const before = await daemon.client.status();
      await world.configure({ verdict_mode: 'manual', disk_min_free: '1%', host: '127.0.0.2' });
      const { changes } = await daemon.client.reload({ by: 'ann@host' });
      expect(changes).to.deep.equal([
        { key: 'host', from: '127.0.0.1', to: '127.0.0.2', when: null },
        { key: 'disk.min_free', from: '0%', to: '1%', when: 'at once' },
      ]);
      // What is in effect already is no news.
      const answer = await world.vili('reload');
      expect(answer).to.include({ code: 0, stderr: '' });
      expect(answer.stdout).to.equal('host  127.0.0.1 → 127.0.0.2  needs a restart of Vili\n');
      const { disk, running } = await daemon.client.status();
      expect(disk.minFree).to.equal(0.01);
      expect(running).to.deep.equal(before.running);
      expect((await fetch(`http://127.0.0.1:${world.port}/items`)).status).to.equal(200);
      await daemon.until('it is logged', () =>
        /setting host: 127\.0\.0\.1 is now 127\.0\.0\.2, which needs a restart/.test(daemon.output),
      );
    });
  });

  it('keeps its settings when a file is wrong, and says what is', async () => {
    await withWorld({ verdict_mode: 'manual' }, async (world) => {
      const daemon = await world.startServing();
      const before = await daemon.client.status();
      const wrong = { verdict_mode: 'manual', disk_min_free: '1%', verdict_margin: 'a lot' };
      await world.configure(wrong);
      const answer = await world.vili('reload');
      expect([answer.code, answer.stdout]).to.deep.equal([2, '']);
      expect(answer.stderr).to.match(
        /^vili: the settings stay as they are: \.env line \d+: verdict_margin "a lot" /,
      );
      const after = await daemon.client.status();
      expect(after.disk).to.deep.include({ minFree: 0 });
      expect({ ...after.running }).to.deep.equal(before.running);
      await daemon.until('it is logged', () => daemon.output.includes('verdict_margin "a lot"'));
    });
  });

  it('judges the next test by a new threshold, and the one under way by the old one', async () => {
    await withWorld({ verdict_min_requests: '1000000' }, async (world) => {
      const daemon = await world.startServing();
      world.users(80);
      await world.drop('1.0.1');
      await daemon.testing('shop-1.0.1');
      await world.configure({ verdict_min_requests: '500000' });
      const { changes } = await daemon.client.reload({ by: 'ann@host' });
      expect(changes).to.deep.equal([
        { key: 'verdict.min_requests', from: '1000000', to: '500000', when: 'next test' },
      ]);
      const missing = async (version: string): Promise<string> => {
        const { verdict } = await daemon.until(
          `pairs of ${version}`,
          (status) => status.verdict?.version === version && status.verdict.pairs > 20,
        );
        return verdict?.missing.join() ?? '';
      };
      expect(await missing('shop-1.0.1')).to.contain('999,');
      await world.drop('1.0.2');
      expect(await missing('shop-1.0.2')).to.contain('499,');
    });
  });

  for (const processes of ['1', '2']) {
    it(`copies for the next test what the new rules say, with gate.processes=${processes}`, async () => {
      const settings = { verdict_mode: 'manual', gate_processes: processes };
      await withWorld({ ...settings, mirror_methods: 'OPTIONS' }, async (world) => {
        const daemon = await world.startServing();
        world.users(40);
        await world.drop('1.0.1');
        const before = await daemon.until(
          'GET is not copied',
          ({ traffic }) => (traffic.skipped['method'] ?? 0) > 20,
        );
        expect(before.traffic.mirrored).to.equal(0);
        await world.configure(settings);
        const { changes } = await daemon.client.reload({ by: 'ann@host' });
        expect(changes).to.deep.equal([
          {
            key: 'mirror.methods',
            from: 'OPTIONS',
            to: 'GET, HEAD, OPTIONS',
            when: 'next test',
          },
        ]);
        await world.drop('1.0.2');
        await daemon.until('GET is copied', ({ traffic }) => traffic.mirrored > 20);
      });
    });
  }

  it('reads a file by itself once it has changed', async () => {
    await withWorld({ verdict_mode: 'manual' }, async (world) => {
      const daemon = await world.startServing();
      await appendFile(join(world.base, '.env'), 'log_level="debug"\n');
      await daemon.until('it is noticed', () =>
        daemon.output.includes('setting log.level: info is now debug, from now on'),
      );
      await appendFile(join(world.base, '.env'), 'log_level="loud"\n');
      await daemon.until('the mistake is noticed', () => daemon.output.includes('"loud"'));
      await appendFile(join(world.base, '.env'), 'log_level="notice"\n');
      await daemon.until('it is right again', () =>
        daemon.output.includes('setting log.level: debug is now notice, from now on'),
      );
    });
  });

  it('reads them again on SIGHUP when nobody watches it in a terminal', async () => {
    await withWorld({ verdict_mode: 'manual' }, async (world) => {
      const daemon = await world.startServing();
      const before = await daemon.client.status();
      process.kill(daemon.pid, 'SIGHUP');
      await daemon.until('it is reported', () =>
        daemon.output.includes('a hang-up (SIGHUP) had the settings read again: no setting has'),
      );
      expect((await daemon.client.status()).running).to.deep.equal(before.running);
    });
  });
});
