import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { listArchives } from '../../../lib/archive/retention.ts';
import { withTempFolder } from '../../support/temp-folder.ts';

describe('the retention of archives', () => {
  it('lists the zips of a folder, oldest first, and nothing else', async () => {
    await withTempFolder(async (folder) => {
      expect(await listArchives(join(folder, 'none'), 'id')).to.deep.equal([]);
      for (const [index, name] of [
        'id-1.1.zip',
        'id-1.0.zip',
        '.id-2.zip.ab.vili-aside',
        'notes.txt',
        '.x.zip',
      ].entries()) {
        await writeFile(join(folder, name), 'x'.repeat(index + 1));
        await utimes(join(folder, name), index, index);
      }
      await mkdir(join(folder, 'folder.zip'));
      const listed = await listArchives(folder, 'id');
      expect(listed.map(({ name, bytes }) => [name, bytes])).to.deep.equal([
        ['id-1.1', 1],
        ['id-1.0', 2],
      ]);
    });
  });
});
