import { once } from 'node:events';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import type { InitResult } from '../../lib/cli/terminal/io.ts';
import { writeRelease } from '../../lib/demo/release.ts';
import { runVili } from '../support/daemon.ts';
import { withWorld } from '../support/daemon-world.ts';
import { withTempFolder } from '../support/temp-folder.ts';
import { freePort } from '../support/ports.ts';

async function initIn(base: string, ...words: readonly string[]): Promise<InitResult> {
  const { code, stdout, stderr } = await runVili(base, ['init', '--json', ...words]);
  expect([code, stderr.includes('vili:')], stderr).to.deep.equal([0, false]);
  return JSON.parse(stdout) as InitResult;
}

describe('vili init', function () {
  this.timeout(60_000);

  it('writes settings with which the service of that folder is checked and served', async () => {
    await withWorld({}, async (world) => {
      await rm(join(world.base, '.env'));
      await world.drop('1.0.0');
      const { identifier, serverFile, next } = await initIn(
        world.base,
        '--port',
        String(world.port),
      );
      expect([identifier, serverFile, next]).to.deep.equal([
        'shop',
        'shop-1.0.0.mjs',
        'vili check',
      ]);
      const check = await world.vili('check');
      expect([check.code, check.stderr]).to.deep.equal([0, '']);
      const daemon = world.start({ args: ['--set', 'arrival.stable=300ms'] });
      await daemon.serving('shop-1.0.0');
    });
  });

  it('finds properties with a port, and takes that as the port of the users', async () => {
    await withTempFolder(async (base) => {
      const port = await freePort();
      await writeFile(join(base, 'application.properties'), '# nothing\n');
      await writeFile(join(base, 'local_override.properties'), `a=1\nserver.port = ${port}\n`);
      await writeRelease(base, 'inventory-api', { version: '1.0.0' });
      await symlink('inventory-api-1.0.0.mjs', join(base, 'inventory-api.mjs'));
      const result = await initIn(base);
      expect(result).to.deep.include({
        identifier: 'inventory-api',
        port,
        properties: { file: 'local_override.properties', key: 'server.port' },
        notes: [],
      });
      const text = await readFile(join(base, '.env'), 'utf8');
      expect(text)
        .to.contain(`\nport="${port}"\n`)
        .and.contain('\nproperties_file_name="local_override.properties"\n')
        .and.contain('\nport_identifier="server.port"\n');
      expect((await runVili(base, ['check'])).code).to.equal(0);
    });
  });

  it('asks nothing, and says what is missing or not alone in the folder', async () => {
    await withTempFolder(async (folder) => {
      const base = join(folder, 'My service');
      await mkdir(base);
      const empty = await initIn(base);
      expect(empty).to.include({ identifier: 'My-service', serverFile: null });
      expect(empty.notes.join()).to.contain('no server file yet: put My-service-VERSION');
      await rm(join(base, '.env'));
      await writeFile(join(base, 'a-1.0.jar'), '');
      await writeFile(join(base, 'b-1.0.jar'), '');
      const both = await initIn(base, '--identifier', 'b');
      expect(both).to.include({ identifier: 'b', serverFile: 'b-1.0.jar' });
      expect(both.notes.join()).to.contain('other services here: a');
    });
  });

  it('names who holds the port that it proposes', async () => {
    const holder = createServer().listen(0, '0.0.0.0');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    try {
      await withTempFolder(async (base) => {
        const { notes } = await initIn(base, '--port', String(port));
        expect(notes.join()).to.contain(`cannot be listened on now (pid ${process.pid} (node`);
      });
    } finally {
      holder.close();
    }
  });

  it('overwrites nothing', async () => {
    for (const name of ['.env', 'vili.yaml']) {
      await withTempFolder(async (base) => {
        await writeFile(join(base, name), 'mine');
        const { code, stdout, stderr } = await runVili(base, ['init']);
        expect([code, stdout]).to.deep.equal([6, '']);
        expect(stderr).to.contain(`${name} is there already, and nothing was written`);
        expect(await readFile(join(base, name), 'utf8')).to.equal('mine');
      });
    }
  });

  it('says what is wrong with what it is given', async () => {
    await withTempFolder(async (base) => {
      for (const [words, text] of [
        [['--port', '0'], '--port is "0", it must be a number from 1 to 65535'],
        [['--identifier', '../x'], '--identifier is "../x", it must be a name'],
      ] as const) {
        const { code, stderr } = await runVili(base, ['init', ...words]);
        expect([code, stderr.includes(text)]).to.deep.equal([2, true]);
      }
    });
  });
});
