import { lstat, readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { withWorld } from '../support/daemon-world.ts';
import { leaveGoBase } from '../support/left-base.ts';

interface Checked {
  readonly ok: boolean;
  readonly migration: readonly { kind: string; what: string; text: string }[];
}

/** Every file, folder and link below, with what a change would change. */
async function stateOf(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const all = names.map(async (name) => {
    const { mtimeMs, ctimeMs, ino, size } = await lstat(join(folder, name));
    return [name, mtimeMs, ctimeMs, ino, size].join(' ');
  });
  return (await Promise.all(all)).toSorted();
}

describe('vili check --migrate', function () {
  this.timeout(60_000);

  it('says of a base of the Go program what is adopted, kept and different, and changes nothing', async () => {
    await withWorld({ log_dir: 'logs_vili' }, async (world) => {
      await leaveGoBase(world, 'B');
      await world.write('shop-agent-1.0.jar', 'x');
      const before = await stateOf(world.base);
      const { code, stdout } = await world.vili('check', '--migrate', '--json');
      expect(await stateOf(world.base)).to.deep.equal(before);
      const { ok, migration } = JSON.parse(stdout) as Checked;
      expect([code, ok]).to.deep.equal([0, true]);
      const texts = (kind: string): string =>
        migration
          .filter((one) => one.kind === kind)
          .map(({ what, text }) => `${what}: ${text}`)
          .join('\n');
      expect(texts('adopts'))
        .to.contain('running: shop-1.0.0, by the link shop-running')
        .and.contain('testing: shop-1.0.1, by the link shop-test')
        .and.contain("2 folders with 2 instances (2 of the Go program's)")
        .and.contain('is a link to its own folder');
      expect(texts('keeps'))
        .to.contain('logs_shop-running/json/shop.log, logs_shop-test/json/shop.log')
        .and.contain('logs_vili/json/vili.log');
      expect(texts('differs'))
        .to.contain('PUT and PATCH are not copied any more')
        .and.contain('shop-agent-1.0.jar: no version follows "shop-"')
        .and.contain('pass_environment');
      // What it says is what then happens.
      const daemon = world.start();
      await daemon.serving('shop-1.0.0');
      await daemon.testing('shop-1.0.1');
      const after = await world.vili('check', '--migrate');
      expect(after.stdout).to.contain('adopts   state: Vili has run here already');
    });
  });

  it('differs in nothing that the settings have as before', async () => {
    const same = { mirror_methods: 'GET, HEAD, PUT, PATCH', pass_environment: '*' };
    await withWorld(same, async (world) => {
      await leaveGoBase(world, 'C');
      const { stdout } = await world.vili('check', '--migrate');
      expect(stdout)
        .to.contain('adopts   testing: no version is under test')
        .and.contain('shop-1.0.0.zip is empty')
        .and.match(/archive: 1 zip, 1 of them empty/)
        .and.match(/^differs {2}logs: without log_dir/m);
      expect(stdout).to.not.match(/^differs {2}(?:mirror\.methods|environment|port_range)/m);
    });
  });

  it('fails as vili check does where something is wrong', async () => {
    await withWorld({}, async (world) => {
      const other = createServer();
      await new Promise<void>((done) => other.listen(world.port, '127.0.0.1', done));
      try {
        const { code, stdout } = await world.vili('check', '--migrate');
        expect(code).to.equal(2);
        expect(stdout)
          .to.match(/^FAILED {3}port: /m)
          .and.match(/^adopts {3}running: no link shop-running/m);
      } finally {
        other.close();
      }
    });
  });
});
