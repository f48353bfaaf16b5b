import { join } from 'node:path';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { type CleanupArchive, planCleanup } from '../../../lib/disk/clean.ts';
import { diskSpace } from '../../../lib/disk/usage.ts';
import { failureOf } from '../../support/failure.ts';
import { withTempFolder } from '../../support/temp-folder.ts';

const archive = fc
  .record({ bytes: fc.nat({ max: 100 }), writtenMs: fc.nat({ max: 20 }) })
  .map((each): CleanupArchive => ({ name: 'id-1', path: '/id-1.zip', ...each }));
const GIB = 1024 ** 3;

describe('disk usage', () => {
  it('states how much of a file system is free', async () => {
    await withTempFolder(async (folder) => {
      const space = await diskSpace(folder);
      expect(space.totalBytes).to.be.greaterThan(0);
      expect(space.freeShare).to.be.within(0, 1);
      expect(space.freeBytes / space.totalBytes).to.equal(space.freeShare);
      await failureOf(diskSpace(join(folder, 'none')));
    });
  });
});

describe('a cleanup', () => {
  const archives = [3, 1, 2].map((writtenMs) => ({
    name: `id-${writtenMs}`,
    path: `/id-${writtenMs}.zip`,
    bytes: GIB,
    writtenMs,
  }));

  it('removes the oldest archives when the archive is too large', () => {
    const plan = planCleanup({
      archives,
      archiveMaxBytes: 1.5 * GIB,
      freeShare: 0.5,
      minFree: 0.05,
    });
    expect(plan.remove.map((each) => [each.archive.name, each.reason])).to.deep.equal([
      ['id-1', 'archive-size'],
      ['id-2', 'archive-size'],
    ]);
    expect(plan.isEnough).to.equal(true);
  });

  it('removes as many as the disk needs, or one per round when its size is unknown', () => {
    const full = { archives, archiveMaxBytes: 10 * GIB, freeShare: 0.01, minFree: 0.05 };
    const known = planCleanup({ ...full, diskBytes: 40 * GIB });
    expect(known.remove.map((each) => each.reason)).to.deep.equal(['disk-free', 'disk-free']);
    expect(planCleanup(full).remove.map((each) => each.archive.name)).to.deep.equal(['id-1']);
  });

  it('reports when all archives together are not enough', () => {
    const plan = planCleanup({ archives: [], archiveMaxBytes: 1, freeShare: 0.01, minFree: 0.05 });
    expect(plan).to.deep.equal({ remove: [], isEnough: false });
  });

  it('never removes more than needed, and older archives before newer ones', () => {
    fc.assert(
      fc.property(
        fc.array(archive),
        fc.nat({ max: 500 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (all, archiveMaxBytes, free, minFree) => {
          const diskBytes = 1000;
          const { remove } = planCleanup({
            archives: all,
            archiveMaxBytes,
            freeShare: free,
            minFree,
            diskBytes,
          });
          const gone = remove.map((each) => each.archive);
          const total = all.reduce((sum, each) => sum + each.bytes, 0);
          const before = gone.slice(0, -1).reduce((sum, each) => sum + each.bytes, 0);
          if (gone.length > 0) {
            const isNeeded =
              total - before > archiveMaxBytes || free + before / diskBytes < minFree + 1e-9;
            expect(isNeeded).to.equal(true);
          }
          const kept = all.filter((each) => !gone.includes(each));
          const keptBytes = kept.reduce((sum, each) => sum + each.bytes, 0);
          expect(keptBytes).to.be.at.most(archiveMaxBytes);
          for (const each of kept) {
            expect(each.writtenMs).to.be.at.least(Math.max(0, ...gone.map((one) => one.writtenMs)));
          }
        },
      ),
    );
  });
});
