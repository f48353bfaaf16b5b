import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { capOutputs, cleanArchives } from '../../../lib/disk/clean.ts';
import { withTempFolder } from '../../support/temp-folder.ts';

describe('Cleaning up the disk', () => {
  it('deletes the oldest archives until the rest is within its limit', async () => {
    await withTempFolder(async (folder) => {
      const archives = [];
      for (const [writtenMs, name] of ['shop-1', 'shop-2', 'shop-3'].entries()) {
        const path = join(folder, `${name}.zip`);
        await writeFile(path, 'x'.repeat(100));
        archives.push({ name, path, bytes: 100, writtenMs });
      }
      const limits = { archiveMaxBytes: 150, minFree: 0 };
      const { deleted, isEnough } = await cleanArchives({ archives, folder, ...limits });
      expect([deleted, isEnough]).to.deep.equal([['shop-1', 'shop-2'], true]);
      expect(await readdir(folder)).to.deep.equal(['shop-3.zip']);
    });
  });

  it('reports that it is not enough when no archive is left to delete', async () => {
    await withTempFolder(async (folder) => {
      const limits = { archiveMaxBytes: 1, minFree: 1 };
      const { deleted, freeShare, isEnough } = await cleanArchives({
        archives: [],
        folder,
        ...limits,
      });
      expect([deleted, isEnough]).to.deep.equal([[], false]);
      expect(freeShare).to.be.within(0, 1);
    });
  });

  it('cuts the outputs of servlets that are too large, and no others', async () => {
    await withTempFolder(async (folder) => {
      const stdOut = join(folder, 'stdOut');
      const stdErr = join(folder, 'stdErr');
      await writeFile(stdOut, 'x'.repeat(200));
      await writeFile(stdErr, 'x'.repeat(20));
      await capOutputs([{ stdOut, stdErr }], 100, () => 0);
      expect((await stat(stdOut)).size).to.equal(0);
      expect((await stat(stdErr)).size).to.equal(20);
    });
  });
});
