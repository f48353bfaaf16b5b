import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Daemon } from '../../support/daemon.ts';
import { DaemonWorld } from '../../support/daemon-world.ts';
import { failureOf } from '../../support/failure.ts';
import { freePort } from '../../support/ports.ts';

const CHANGED = { changedType: { endpoint: 'GET /items/{id}', field: 'price' } };
const IGNORED = { path: '$.price', endpoint: 'GET /items/{id}' };

describe('What people do with evidence', function () {
  this.timeout(180_000);
  let world: DaemonWorld;
  let daemon: Daemon;
  let url: string;
  let sample: string;

  before(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}/v1`;
    world = await DaemonWorld.create({
      admin_listen: `127.0.0.1:${port}`,
      // No verdict ends the test while it is worked with.
      verdict_mode: 'manual',
    });
    daemon = await world.startServing();
    world.users(100);
    await world.drop('1.1.0', CHANGED);
    await daemon.testing('shop-1.1.0');
    await daemon.until('there is a sample', async () => {
      const { samples } = await daemon.client.samples();
      sample = samples.find(({ key }) => key.includes('$.price'))?.id ?? '';
      return sample !== '';
    });
  });
  after(() => world.end());

  it('needs the token', async () => {
    for (const path of ['replay/run', 'ignore']) {
      const body = JSON.stringify({ by: 'mallory', sample, ...IGNORED });
      expect((await fetch(`${url}/${path}`, { method: 'POST', body })).status, path).to.equal(401);
    }
  });

  it('sends a sample again and says what differs, and who asked is in the history', async () => {
    const replayed = await daemon.client.replayed({ by: 'ann@host', sample });
    expect(replayed).to.include({ schema: 'vili.replay/1', outcome: 'differs', to: 'testing' });
    expect(replayed.differences.map(({ kind, path }) => `${kind} ${path}`)).to.include(
      'type $.price',
    );
    const { by, reasons } = await daemon.recorded('replayed', 'shop-1.1.0');
    expect(by).to.equal('ann@host');
    expect(reasons[0]).to.contain(sample);
    const missing = await failureOf(daemon.client.replayed({ by: 'ann', sample: 'none' }));
    expect(missing.message).to.contain('has no sample "none"');
  });

  it('shows the exact line before anything is written', async () => {
    const before = await readFile(join(world.base, '.env'), 'utf8');
    const shown = await daemon.client.ignore({ by: 'ann@host', dryRun: true, ...IGNORED });
    expect(shown).to.include({
      file: '.env',
      before: null,
      rule: 'GET /items/{id} ignore $.price',
    });
    expect(shown.after).to.match(
      /^# added by ann@host, \d{4}-\d\d-\d\d\ncompare_rules='GET \/items\/\{id\} ignore \$\.price'$/,
    );
    expect(await readFile(join(world.base, '.env'), 'utf8')).to.equal(before);
  });

  it('refuses what is no rule, and names it', async () => {
    for (const path of ['price', '$.a; * ignore $', '$.a\nport=1']) {
      const failure = await failureOf(daemon.client.ignore({ by: 'ann', path }));
      expect(failure.message, path).to.contain('cannot be a rule');
    }
  });

  it('writes the rule, and the evidence begins anew and has nothing against the version', async () => {
    const before = await readFile(join(world.base, '.env'), 'utf8');
    const { after, effect } = await daemon.client.ignore({
      by: 'ann@host\nport=1',
      reason: 'agreed',
      ...IGNORED,
    });
    expect(await readFile(join(world.base, '.env'), 'utf8')).to.equal(`${before}${after}\n`);
    expect(effect).to.contain('begins anew');
    const { by } = await daemon.recorded('ignored', 'shop-1.1.0');
    expect(by).to.contain('ann@host');
    await daemon.until(
      'there are pairs again, and nothing speaks against it',
      ({ verdict }) => {
        const [content] = verdict?.signals.filter(({ code }) => code === 'body-difference') ?? [];
        return (verdict?.pairs ?? 0) > 100 && content?.state === 'ok';
      },
      60_000,
    );
    const found = await daemon.client.differences();
    expect(found?.ignored.map(({ path, reason }) => `${path} ${reason}`)).to.include(
      '$.price rule',
    );
  });
});
