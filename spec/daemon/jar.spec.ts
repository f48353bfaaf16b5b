import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { withWorld } from '../support/daemon-world.ts';
import { compileJars, copySlowly, hasJdk } from '../support/jars.ts';

/** Longer than arrival.stable, so that each pause looks like the end. */
const PAUSE_MS = 450;
const PIECES = 4;

describe('A daemon with a real jar (skipped where there is no JDK)', function () {
  this.timeout(90_000);

  it('runs the jar and promotes another that is copied in slowly, while 40 requests a second succeed', async function () {
    if (!hasJdk()) this.skip();
    const settings = {
      readiness_path: null,
      properties_file_name: 'shop.properties',
      port_identifier: 'server.port',
      probation: '1s',
      // How fast two versions are beside another spec is not the matter here.
      verdict_speed: 'report',
    };
    await withWorld(settings, async (world) => {
      await world.write('shop.properties', 'server.port=8080\n');
      const tools = join(world.base, 'tools');
      await mkdir(tools);
      const [first = '', second = ''] = await compileJars(tools, ['1.0.0', '1.0.1']);
      await copyFile(first, join(world.base, 'shop-1.0.0.jar'));
      const daemon = world.start();
      await daemon.serving('shop-1.0.0');
      const users = world.users(40);
      await copySlowly(second, join(world.base, 'shop-1.0.1.jar'), PIECES, PAUSE_MS, async () => {
        expect((await daemon.client.status()).testing).to.equal(null);
      });
      await daemon.until('users', () => users.counts().ok > 40);
      await daemon.testing('shop-1.0.1');
      await daemon.recorded('promoted', 'shop-1.0.1', 60_000);
      const { running } = await daemon.serving('shop-1.0.1');
      await daemon.recorded('archived', 'shop-1.0.0');
      const counts = await users.stop();
      expect(counts).to.include({ failed: 0, held: 0, lastFailure: null });
      expect([...users.versions.keys()]).to.deep.equal(['1.0.0', '1.0.1']);
      const instance = join(world.base, 'shop-1.0.1/2_running');
      expect(await readFile(join(instance, 'stdOut'), 'utf8')).to.equal(
        `shop 1.0.1 on ${running?.port}\n`,
      );
      expect(await readFile(join(instance, 'stdErr'), 'utf8')).to.equal('');
      const command = await readFile(`/proc/${running?.pid}/cmdline`, 'utf8');
      expect(command).to.equal(`java\0-jar\0${instance}/shop.jar\0`);
    });
  });
});
