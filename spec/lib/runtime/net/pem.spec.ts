import { spawnSync } from 'node:child_process';
import { symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { messageOf } from '../../../../lib/errors.ts';
import { readPem, readPemLater } from '../../../../lib/runtime/net/pem.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

const WAYS = {
  'at once': async (file: string, maxBytes?: number) => readPem(file, maxBytes),
  'without waiting for the disk': readPemLater,
};

for (const [way, read] of Object.entries(WAYS)) {
  const problem = (file: string, maxBytes?: number): Promise<string> =>
    read(file, maxBytes).then(() => 'none', messageOf);

  describe(`a PEM file that is read ${way}`, () => {
    it('is the text of the file, also through a link', () =>
      withTempFolder(async (folder) => {
        const [file, link] = [join(folder, 'a.pem'), join(folder, 'link.pem')];
        await writeFile(file, 'Zürich\n');
        await symlink(file, link);
        expect(await read(file)).to.equal('Zürich\n');
        expect(await read(link)).to.equal('Zürich\n');
      }));

    it('may have as many bytes as are allowed and no more, and no more are read', () =>
      withTempFolder(async (folder) => {
        const file = join(folder, 'a.pem');
        await writeFile(file, 'x'.repeat(2048));
        expect(await read(file, 2048)).to.have.lengthOf(2048);
        await writeFile(file, 'x'.repeat(2049));
        expect(await problem(file, 2048)).to.equal('is larger than 2 KiB');
        // More than there is memory for.
        await truncate(file, 2 ** 36);
        expect(await problem(file)).to.equal('is larger than 1024 KiB');
      }));

    it('is a regular file: a pipe that nobody writes, a device and a folder hold nobody up', () =>
      withTempFolder(async (folder) => {
        const pipe = join(folder, 'pipe.pem');
        expect(spawnSync('mkfifo', [pipe]).status).to.equal(0);
        for (const file of [pipe, '/dev/zero', folder]) {
          expect(await problem(file), file).to.equal('is not a regular file');
        }
        expect(await problem(join(folder, 'none'))).to.match(/^cannot be read: ENOENT/);
      }));
  });
}
