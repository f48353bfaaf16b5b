import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { ArchiveCleaner } from '../../../lib/disk/clean.ts';
import { withTempFolder } from '../../support/temp-folder.ts';

describe('Cleaning up the disk', () => {
  it('deletes the oldest archives until the rest is within its limit', async () => {
    await withTempFolder(async (folder) => {
      const archives = [];
      for (const [writtenMs, name] of ['shop-1', 'shop-2', 'shop-3'].entries()) {
        const path = join(folder, `${name}.zip`);
        await writeFile(path, 'x'.repeat(100));
        archives.push({ name, path, bytes: 100, writtenMs, device: 0, freesBytes: 100 });
      }
      const limits = { archiveMaxBytes: 150, minFree: 0, now: () => 0 };
      const cleaner = new ArchiveCleaner();
      expect(await cleaner.clean({ archives, folders: [folder], ...limits })).to.deep.equal({
        deleted: ['shop-1', 'shop-2'],
        short: [],
      });
      expect(await readdir(folder)).to.deep.equal(['shop-3.zip']);
    });
  });

  it('reports that it is not enough when no archive is left to delete', async () => {
    await withTempFolder(async (folder) => {
      const limits = { archiveMaxBytes: 1, minFree: 1.5, now: () => 0 };
      const cleaner = new ArchiveCleaner();
      const { deleted, short } = await cleaner.clean({
        archives: [],
        folders: [folder],
        ...limits,
      });
      expect(deleted).to.deep.equal([]);
      expect(short[0]).to.include({ folder, cause: 'no-archive' });
      expect(short[0]?.freeShare).to.be.within(0, 1);
    });
  });
});
