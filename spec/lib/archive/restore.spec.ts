import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, readlink, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { restoreVersion } from '../../../lib/archive/restore.ts';
import { failureOf } from '../../support/failure.ts';
import { jarBytes } from '../../support/jar-file.ts';
import { withTempFolder } from '../../support/temp-folder.ts';

const run = promisify(execFile);

async function withZip(
  bytes: Buffer,
  use: (zip: string, folder: string, parent: string) => Promise<void>,
): Promise<void> {
  await withTempFolder(async (parent) => {
    const zip = join(parent, 'id-1.0.zip');
    await writeFile(zip, bytes);
    await mkdir(join(parent, 'base'));
    await use(zip, join(parent, 'base', 'id-1.0'), parent);
  });
}

/** Writes a zip with links, given as name and target, by means of python. */
async function zipWithLinks(zip: string, links: Readonly<Record<string, string>>): Promise<void> {
  const script =
    'import sys,json,zipfile\nz=zipfile.ZipFile(sys.argv[1],"w")\n' +
    'for n,t in json.loads(sys.argv[2]).items():\n' +
    '  i=zipfile.ZipInfo(n)\n  i.create_system=3\n' +
    '  i.external_attr=((0o120777 if not t.startswith("=") else 0o106755)<<16)\n  z.writestr(i,t)\nz.close()';
  await run('python3', ['-c', script, zip, JSON.stringify(links)]);
}

describe('restoring a version', () => {
  it('unpacks everything, with no permissions beyond the usual ones', async () => {
    await withZip(Buffer.alloc(0), async (zip, folder) => {
      await zipWithLinks(zip, { 'a/b/run': '=#!/bin/sh', 'a/link': 'b/run' });
      expect(await restoreVersion(zip, folder)).to.deep.equal({
        entries: 2,
        bytes: 15,
        skipped: [],
      });
      expect(await readFile(join(folder, 'a/link'), 'utf8')).to.equal('=#!/bin/sh');
      expect((await stat(join(folder, 'a/b/run'))).mode & 0o7777).to.equal(0o755);
    });
  });

  for (const name of [
    '../evil',
    'a/../../evil',
    '/tmp/vili-evil',
    'a/../../base-evil/x',
    '..\\evil',
    'c:\\evil',
  ]) {
    it(`rejects the entry ${name}, and leaves nothing`, async () => {
      await withZip(jarBytes({ good: 'x', [name]: 'evil' }), async (zip, folder, parent) => {
        const error = await failureOf(restoreVersion(zip, folder));
        expect(error)
          .to.have.property('code')
          .that.matches(/^VILI_ARCHIVE_(?:UNSAFE|DAMAGED)$/);
        expect((await readdir(parent)).sort()).to.deep.equal(['base', 'id-1.0.zip']);
        expect(await readdir(join(parent, 'base'))).to.deep.equal([]);
      });
    });
  }

  it('makes no link that leads outside, and never writes through one', async () => {
    await withZip(Buffer.alloc(0), async (zip, folder, parent) => {
      await zipWithLinks(zip, {
        up: '../..',
        etc: '/etc/passwd',
        self: '.',
        inner: folder,
        'deep/ok': '../self',
        'deep/out': '../../out',
      });
      const { skipped } = await restoreVersion(zip, folder);
      expect(skipped).to.deep.equal(['up', 'etc', 'deep/out']);
      expect(await readlink(join(folder, 'inner'))).to.equal(folder);
      expect((await readdir(folder)).sort()).to.deep.equal(['deep', 'inner', 'self']);
      await zipWithLinks(zip, { x: '.', 'x/evil': '=evil' });
      await failureOf(restoreVersion(zip, `${folder}.1`));
      expect((await readdir(join(parent, 'base'))).sort()).to.deep.equal(['id-1.0']);
      await zipWithLinks(zip, { x: '..', 'x/evil': '=evil' });
      expect((await restoreVersion(zip, `${folder}.2`)).skipped).to.deep.equal(['x']);
      expect((await readdir(join(parent, 'base'))).sort()).to.deep.equal(['id-1.0', 'id-1.0.2']);
    });
  });

  it('rejects a damaged zip, one that is too large, and an existing folder', async () => {
    await withZip(jarBytes({ a: 'x'.repeat(1000), b: 'y' }), async (zip, folder) => {
      expect(await failureOf(restoreVersion(zip, folder, { maxBytes: 1000 }))).to.have.property(
        'code',
        'VILI_ARCHIVE_TOO_LARGE',
      );
      expect(await failureOf(restoreVersion(zip, folder, { maxEntries: 1 }))).to.have.property(
        'code',
        'VILI_ARCHIVE_TOO_LARGE',
      );
      const reason = new Error('stop');
      expect(
        await failureOf(restoreVersion(zip, folder, { signal: AbortSignal.abort(reason) })),
      ).to.equal(reason);
      await mkdir(folder);
      expect((await failureOf(restoreVersion(zip, folder))).message).to.include('exists');
      expect(await readdir(folder)).to.deep.equal([]);
      await truncate(zip, 500);
      expect(await failureOf(restoreVersion(zip, `${folder}.1`))).to.have.property(
        'code',
        'VILI_ARCHIVE_DAMAGED',
      );
    });
  });

  it('rejects a repeated name', async () => {
    const twice = Buffer.from(
      jarBytes({ aa: '1', bb: '2' }).toString('latin1').replaceAll('bb', 'aa'),
      'latin1',
    );
    await withZip(twice, async (zip, folder) => {
      expect(await failureOf(restoreVersion(zip, folder))).to.have.property(
        'code',
        'VILI_ARCHIVE_DAMAGED',
      );
    });
  });
});
