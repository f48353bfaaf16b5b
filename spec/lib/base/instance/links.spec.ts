import { mkdir, readdir, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  LinkFailed,
  pointLink,
  readLink,
  removeLink,
} from '../../../../lib/base/instance/links.ts';
import { failureOf } from '../../../support/failure.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

describe('a link of the base folder', () => {
  it('is made, moved and read, with absolute and relative targets', async () => {
    await withTempFolder(async (folder) => {
      const link = join(folder, 'inventory-running');
      await pointLink(link, join(folder, 'inventory-1.0'));
      expect(await readLink(link)).to.equal(join(folder, 'inventory-1.0'));
      await pointLink(link, 'inventory-1.1');
      expect(await readlink(link)).to.equal('inventory-1.1');
      expect(await readLink(link)).to.equal(join(folder, 'inventory-1.1'));
      expect(await readdir(folder)).to.deep.equal(['inventory-running']);
    });
  });

  it('exists at every moment while it is moved', async () => {
    await withTempFolder(async (folder) => {
      const link = join(folder, 'link');
      await pointLink(link, 'a');
      const moved = new AbortController();
      const reader = (async () => {
        const seen = new Set<string | null>();
        while (!moved.signal.aborted) seen.add(await readLink(link));
        return seen;
      })();
      for (let i = 0; i < 200; i += 1) await pointLink(link, i % 2 === 0 ? 'b' : 'a');
      moved.abort();
      expect([...(await reader)]).not.to.include(null);
    });
  });

  it('reads as null when it is absent or something else has the name', async () => {
    await withTempFolder(async (folder) => {
      await writeFile(join(folder, 'file'), '');
      expect(await readLink(join(folder, 'none'))).to.equal(null);
      expect(await readLink(join(folder, 'file'))).to.equal(null);
      expect(await readLink(join(folder, 'file', 'below'))).to.equal(null);
    });
  });

  it('never replaces a file or folder of the user', async () => {
    await withTempFolder(async (folder) => {
      await writeFile(join(folder, 'file'), 'mine');
      await mkdir(join(folder, 'folder'));
      for (const name of ['file', 'folder']) {
        for (const act of [
          () => pointLink(join(folder, name), 'x'),
          () => removeLink(join(folder, name)),
        ]) {
          const error = await failureOf(act());
          expect(error).to.be.instanceOf(LinkFailed);
          expect(error).to.have.property('code', 'VILI_LINK_BLOCKED');
        }
      }
      expect((await readdir(folder)).sort()).to.deep.equal(['file', 'folder']);
    });
  });

  it('is removed without touching its target, and removing it twice is fine', async () => {
    await withTempFolder(async (folder) => {
      await mkdir(join(folder, 'target'));
      await symlink('target', join(folder, 'link'));
      await removeLink(join(folder, 'link'));
      await removeLink(join(folder, 'link'));
      expect(await readdir(folder)).to.deep.equal(['target']);
    });
  });
});
