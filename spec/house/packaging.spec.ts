import { spawnSync } from 'node:child_process';
import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { withTempFolder } from '../support/temp-folder.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..', '..');
const UNITS = join(REPOSITORY, 'packaging', 'systemd');
const INSTALLED = '/usr/local/bin/vili';
/** What nothing of Vili may be loosened by, of 10; 9.6 is a unit without any protection. */
const MAX_EXPOSURE = 4;

describe('What is packaged with Vili', () => {
  it('has units that systemd takes (skipped where systemd-analyze is absent)', async function () {
    requireSystemd(this);
    await withUnits((folder, names) => {
      for (const name of names) {
        const unit = join(folder, name);
        const { status, stdout, stderr } = systemdAnalyze('verify', '--man=no', unit);
        expect(`${stdout}${stderr}`, name).to.not.contain(folder);
        expect(status, `${name}\n${stdout}${stderr}`).to.equal(0);
      }
    });
  });

  it('has units that give the service little to break out by (skipped where systemd-analyze is absent)', async function () {
    requireSystemd(this);
    await withUnits((folder, names) => {
      for (const name of names.filter((it) => it.endsWith('.service'))) {
        const { stdout } = systemdAnalyze(
          'security',
          '--offline=true',
          '--no-pager',
          join(folder, name),
        );
        const exposure = /exposure level for .*: ([\d.]+)/.exec(stdout)?.[1];
        expect(Number(exposure), stdout).to.be.within(0, MAX_EXPOSURE);
      }
    });
  });

  it('has units for one base that differ from the templates in nothing but the base', async () => {
    for (const kind of ['service', 'socket']) {
      const [one, template] = await Promise.all(
        [`vili.${kind}`, `vili@.${kind}`].map((name) => readFile(join(UNITS, name), 'utf8')),
      );
      expect(one).to.equal(template?.replaceAll('/srv/%i', '/srv/vili'));
    }
  });

  it('names in SECURITY.md only files that exist', async () => {
    const text = await readFile(join(REPOSITORY, 'SECURITY.md'), 'utf8');
    const named = [...text.matchAll(/`((?:lib|actors|config)\/[\w./-]+)`/g)].map(
      ([, path]) => path,
    );
    expect(named.length).to.be.above(10);
    for (const path of named) await access(join(REPOSITORY, path ?? ''));
  });
});

// Private

function requireSystemd(context: Mocha.Context): void {
  if (systemdAnalyze('--version').status !== 0) context.skip();
}

function systemdAnalyze(...words: readonly string[]) {
  return spawnSync('systemd-analyze', words, { encoding: 'utf8', timeout: 8000 });
}

/** The units as they would be where Vili is installed: systemd looks whether the program exists. */
async function withUnits(use: (folder: string, names: readonly string[]) => void): Promise<void> {
  await withTempFolder(async (folder) => {
    const names = await readdir(UNITS);
    for (const name of names) {
      const text = await readFile(join(UNITS, name), 'utf8');
      // A template is verified as one of its instances.
      const as = name.replace('@.', '@shop.');
      await writeFile(join(folder, as), text.replaceAll(INSTALLED, process.execPath));
    }
    use(
      folder,
      names.map((name) => name.replace('@.', '@shop.')),
    );
  });
}
