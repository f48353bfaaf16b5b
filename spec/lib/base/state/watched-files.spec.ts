import { rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { WatchedFiles } from '../../../../lib/base/state/watched-files.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

describe('Watched files', () => {
  it('have changed once they were written and then left alone for one look', async () => {
    await withFiles(async (files, path) => {
      expect(await files.haveChanged()).to.equal(false);
      await writeFile(path, 'b=1');
      expect(await files.haveChanged()).to.equal(false);
      await writeFile(path, 'b=1\nc=2');
      expect(await files.haveChanged()).to.equal(false);
      expect(await files.haveChanged()).to.equal(true);
    });
  });

  it('are news until they are read', async () => {
    await withFiles(async (files, path) => {
      await writeFile(path, 'b=1');
      await files.haveChanged();
      expect([await files.haveChanged(), await files.haveChanged()]).to.deep.equal([true, true]);
      files.reading();
      expect([await files.haveChanged(), await files.haveChanged()]).to.deep.equal([false, false]);
    });
  });

  it('have changed when a file comes, goes, or is replaced by one of the same size and time', async () => {
    await withFiles(async (files, path, folder) => {
      const changes = [
        () => writeFile(join(folder, 'vili.yaml'), 'a: 1'),
        () => rm(join(folder, 'vili.yaml')),
        async () => {
          const aside = join(folder, 'aside');
          await writeFile(aside, 'z');
          const at = new Date(1_000_000);
          await utimes(aside, at, at);
          await utimes(path, at, at);
          files.reading();
          await rename(aside, path);
        },
      ];
      for (const [index, change] of changes.entries()) {
        await change();
        await files.haveChanged();
        expect(await files.haveChanged(), `change ${index}`).to.equal(true);
        files.reading();
      }
    });
  });
});

// Private

async function withFiles(
  use: (files: WatchedFiles, path: string, folder: string) => Promise<void>,
): Promise<void> {
  await withTempFolder(async (folder) => {
    const path = join(folder, '.env');
    await writeFile(path, 'a');
    const files = new WatchedFiles([path, join(folder, 'vili.yaml')]);
    files.reading();
    await use(files, path, folder);
  });
}
