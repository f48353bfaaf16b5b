import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { type Archive, listArchives, oldestOver } from '../../../lib/archive/retention.ts';
import { withTempFolder } from '../../support/temp-folder.ts';

const archives = fc.array(
  fc.record({ bytes: fc.nat({ max: 1000 }), writtenMs: fc.nat({ max: 50 }) }).map(
    ({ bytes, writtenMs }, index = 0): Archive => ({
      name: `id-${index}`,
      path: '',
      bytes,
      writtenMs,
    }),
  ),
);

function bytes(list: readonly Archive[]): number {
  return list.reduce((sum, each) => sum + each.bytes, 0);
}

describe('the retention of archives', () => {
  it('lists the zips of a folder, oldest first, and nothing else', async () => {
    await withTempFolder(async (folder) => {
      expect(await listArchives(join(folder, 'none'))).to.deep.equal([]);
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
      const listed = await listArchives(folder);
      expect(listed.map(({ name, bytes }) => [name, bytes])).to.deep.equal([
        ['id-1.1', 1],
        ['id-1.0', 2],
      ]);
    });
  });

  it('lets the oldest go, as many as needed and no more', () => {
    fc.assert(
      fc.property(archives, fc.nat({ max: 5000 }), (all, maxBytes) => {
        const over = oldestOver(all, maxBytes);
        const kept = all.filter((archive) => !over.includes(archive));
        expect(bytes(kept)).to.be.at.most(maxBytes);
        const last = over.at(-1);
        if (last !== undefined) expect(bytes(kept) + last.bytes).to.be.greaterThan(maxBytes);
        const newestGone = Math.max(-1, ...over.map((archive) => archive.writtenMs));
        for (const archive of kept) expect(archive.writtenMs).to.be.at.least(newestGone);
      }),
    );
  });
});
