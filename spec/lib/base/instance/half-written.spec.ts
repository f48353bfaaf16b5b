import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { removeHalfWritten } from '../../../../lib/base/instance/half-written.ts';
import { layoutOf } from '../../../../lib/base/names/layout.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

const HALF = '.role.0a1b2c3d.vili-aside';

describe('What a killed Vili left half-written', () => {
  it('is removed from the base, its own folders, versions, their instances and samples', async () => {
    await withTempFolder(async (base) => {
      const folders = ['.', '.vili', '.vili/evidence', 'a-1', 'a-1/1_running', 'a-1/2_test'];
      folders.push('a-1/samples');
      for (const folder of folders) await write(join(base, folder));
      expect(await clear(base)).to.deep.equal([]);
      for (const folder of folders) {
        const names = await readdir(join(base, folder));
        expect(names, folder).to.include('kept').and.not.include(HALF);
      }
    });
  });

  it('stays where only a service writes, and behind links', async () => {
    await withTempFolder(async (base) => {
      for (const folder of ['a-1/work', 'a-1/1_running/logs', 'elsewhere', 'b-1']) {
        await write(join(base, folder));
      }
      for (const name of ['3_test', 'samples']) {
        await symlink(join(base, 'elsewhere'), join(base, 'a-1', name));
      }
      expect(await clear(base)).to.deep.equal([]);
      for (const folder of ['a-1/work', 'a-1/1_running/logs', 'elsewhere', 'b-1']) {
        expect(await readdir(join(base, folder)), folder).to.include(HALF);
      }
    });
  });
});

// Private

async function write(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of ['kept', HALF]) await writeFile(join(folder, name), '');
}

function clear(base: string): Promise<readonly string[]> {
  return removeHalfWritten(layoutOf(base, 'a'), ['samples']);
}
