import { execFile, spawnSync } from 'node:child_process';
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { DaemonWorld } from '../support/daemon-world.ts';
import { withTempFolder } from '../support/temp-folder.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..', '..', '..');
const BUILD = join(ROOT, 'packaging', 'deb', 'build.sh');
const ARCHITECTURES = ['amd64', 'arm64'];

describe('The Debian package', function () {
  this.timeout(180_000);

  it('has a program that starts a service, and units that name it (skipped without dpkg-deb)', async function () {
    if (!ARCHITECTURES.includes(architecture())) this.skip();
    await withTempFolder(async (folder) => {
      const installed = join(folder, 'any where');
      await build(folder, installed);

      const units = join(installed, 'usr/lib/systemd/system');
      expect(await readdir(units)).to.deep.equal(
        await readdir(join(ROOT, 'packaging', 'systemd')),
        'all units are packaged',
      );
      const unit = await readFile(join(units, 'vili@.service'), 'utf8');
      expect(unit).to.contain('ExecStart=/usr/bin/vili start').and.not.contain('/usr/local');

      for (const page of ['man1/vili.1.gz', 'man5/vili.yaml.5.gz']) {
        const text = gunzipSync(await readFile(join(installed, 'usr/share/man', page))).toString();
        expect(text).to.contain('.SH DESCRIPTION');
      }
      const program = join(installed, 'usr/bin/vili');
      expect(await readlink(program)).to.equal('../lib/vili/dist/actors/app/main.js');
      expect((await stat(program)).mode & 0o777).to.equal(0o755);
      const world = await DaemonWorld.create();
      try {
        const daemon = await world.startServing({ program });
        expect((await daemon.kill('SIGTERM')).code).to.equal(0);
        await world.untilNoProcess();
      } finally {
        await world.end();
      }
    });
  });

  it('is refused with a reason where there is no package to build it from', () => {
    const { status, stderr } = spawnSync(BUILD, ['no.tgz'], { encoding: 'utf8' });
    expect(status).to.equal(2);
    expect(stderr).to.equal('build.sh: no.tgz is no file; npm pack makes the tarball\n');
  });
});

// Private

function architecture(): string {
  const { stdout } = spawnSync('dpkg', ['--print-architecture'], { encoding: 'utf8' });
  return stdout?.trim() ?? '';
}

/** Packs, builds in `folder`, and unpacks as dpkg would below `installed`. */
async function build(folder: string, installed: string): Promise<void> {
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  const { stdout } = await run('npm', pack, { cwd: ROOT });
  await run(BUILD, [join(folder, stdout.trim()), folder]);
  const [name] = (await readdir(folder)).filter((it) => it.endsWith('.deb'));
  await run('dpkg-deb', ['-x', join(folder, name ?? ''), installed]);
}
