import { spawnSync } from 'node:child_process';
import { chmod, chown, readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { MAIN } from '../support/daemon.ts';
import { type DaemonWorld, withWorld } from '../support/daemon-world.ts';

/** The user nobody: permissions do not bind root. */
const OTHER_USER = 65_534;
const AS_OTHER_USER =
  process.getuid?.() === 0
    ? ['setpriv', `--reuid=${OTHER_USER}`, `--regid=${OTHER_USER}`, '--clear-groups']
    : [];

describe('A daemon that cannot start', function () {
  this.timeout(30_000);

  it('reports every invalid setting with its place, value and rule, and starts nothing', async () => {
    await withWorld({ mirror_sample: '250%', port_rnage: '1-2' }, async (world) => {
      await world.drop('1.0.0');
      await world.write('vili.yaml', 'verdict:\n  margin: a lot\n  marign: 3%\n');
      const before = await readdir(world.base);
      const daemon = world.start({ args: ['--set', 'stop.timeout=soon'] });
      expect(await daemon.exit()).to.deep.equal({ code: 2, signal: null });
      expect(daemon.output).to.match(/\.env.*line \d+.*mirror_sample.*"250%"/);
      expect(daemon.output).to.match(/vili\.yaml.*line 2.*verdict\.margin.*"a lot"/);
      expect(daemon.output).to.match(/vili\.yaml.*line 3.*verdict\.marign.*verdict\.margin/);
      expect(daemon.output).to.match(/command line.*stop\.timeout.*"soon"/);
      expect(daemon.output).to.contain('Nothing was started');
      expect(await readdir(world.base)).to.deep.equal(before);
      expect(await world.processes()).to.deep.equal([]);
    });
  });

  it('names the pid of another Vili that uses the base, and does not disturb it', async () => {
    await withWorld({}, async (world) => {
      const first = await world.startServing();
      const { running } = await first.client.status();
      const second = world.start({ args: ['--set', `port=${world.port + 1}`] });
      expect(await second.exit()).to.deep.equal({ code: 6, signal: null });
      expect(second.output).to.contain(`another Vili with pid ${first.pid}`);
      expect((await first.client.status()).running).to.deep.equal(running);
    });
  });

  it('names the port when it is taken, and starts nothing', async () => {
    await withWorld({}, async (world) => {
      await world.drop('1.0.0');
      const stranger = createServer().listen(world.port, '127.0.0.1');
      try {
        const daemon = world.start();
        expect(await daemon.exit()).to.deep.equal({ code: 2, signal: null });
        expect(daemon.output).to.match(new RegExp(`port|${world.port}`));
        expect(daemon.output).to.contain(String(world.port));
        expect(daemon.output).to.not.contain('internal error');
        expect(await world.processes()).to.deep.equal([]);
      } finally {
        stranger.close();
      }
    });
  });

  it('reports that the base is read-only (skipped where root cannot become another user)', async function () {
    requireOtherUser(this);
    await withWorld({}, async (world) => {
      await world.drop('1.0.0');
      await chmod(world.base, 0o555);
      const daemon = world.start({ wrapper: AS_OTHER_USER });
      expect(await daemon.exit()).to.deep.equal({ code: 2, signal: null });
      expect(daemon.output).to.contain(world.base).and.contain('permission denied');
      expect(daemon.output).to.not.contain('internal error');
    });
  });
});

describe('A daemon of a user without rights', function () {
  this.timeout(30_000);

  it('names a properties file it may not read (skipped where root cannot become another user)', async function () {
    requireOtherUser(this);
    await withWorld({ properties_file_name: 'shop.properties' }, async (world) => {
      await giveAway(world);
      await world.write('shop.properties', 'a=b\n');
      const daemon = await world.startServing({ wrapper: AS_OTHER_USER });
      const users = world.users(40);
      await chmod(join(world.base, 'shop.properties'), 0o000);
      await world.drop('1.0.1');
      await daemon.until('it is reported', () => daemon.output.includes('cannot read'));
      expect(daemon.output).to.match(/shop\.properties \(properties_file_name\): .*permission/i);
      expect((await daemon.client.status()).running?.state).to.equal('ready');
      expect(await users.stop()).to.include({ failed: 0, held: 0 });
    });
  });
});

// Private

/** Skips where root cannot become another user, or that one cannot read the program. */
function requireOtherUser(context: Mocha.Context): void {
  const [command, ...rest] = [...AS_OTHER_USER, process.execPath, '--check', MAIN];
  if (spawnSync(command, rest).status !== 0) context.skip();
}

async function giveAway(world: DaemonWorld): Promise<void> {
  if (AS_OTHER_USER.length > 0) await chown(world.base, OTHER_USER, OTHER_USER);
}
