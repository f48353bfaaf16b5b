import { join } from 'node:path';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { BRIM_SHARE, type CleanupArchive, planCleanup } from '../../../lib/disk/plan.ts';
import { type DiskSpace, diskSpace } from '../../../lib/disk/usage.ts';
import { failureOf } from '../../support/failure.ts';
import { withTempFolder } from '../../support/temp-folder.ts';

const archive = fc
  .record({
    bytes: fc.nat({ max: 100 }),
    writtenMs: fc.nat({ max: 20 }),
    device: fc.constantFrom(1, 2),
  })
  .map((each): CleanupArchive => {
    return { name: 'id-1', path: '/id-1.zip', freesBytes: each.bytes, ...each };
  });
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
    freesBytes: GIB,
    device: 1,
    writtenMs,
  }));
  const disk = (freeShare: number, totalBytes = 40 * GIB): DiskSpace => {
    return { device: 1, totalBytes, freeBytes: freeShare * totalBytes, freeShare };
  };
  const limits = { archives, archiveMaxBytes: 10 * GIB, minFree: 0.05 };

  it('removes the oldest archives when the archive is too large', () => {
    const plan = planCleanup({ ...limits, archiveMaxBytes: 1.5 * GIB, disk: disk(0.5) });
    expect(plan.remove.map((each) => [each.archive.name, each.reason])).to.deep.equal([
      ['id-1', 'archive-size'],
      ['id-2', 'archive-size'],
    ]);
    expect(plan.cause).to.equal(null);
  });

  it('removes as many as the disk needs', () => {
    const { remove } = planCleanup({ ...limits, disk: disk(0.01) });
    expect(remove.map((each) => each.reason)).to.deep.equal(['disk-free', 'disk-free']);
  });

  it('reports when no archive is left, or all together are not enough, and then removes none', () => {
    expect(planCleanup({ ...limits, archives: [], disk: disk(0.01) })).to.deep.equal({
      remove: [],
      cause: 'no-archive',
    });
    expect(planCleanup({ ...limits, disk: disk(0.01, 400 * GIB) })).to.deep.equal({
      remove: [],
      cause: 'too-small',
    });
  });

  it('removes what there is, oldest first, once a disk is full to the brim', () => {
    const full = { ...disk(0.004, 400 * GIB), freeBytes: 0.3 * GIB, freeShare: 0.3 / 400 };
    const { remove, cause } = planCleanup({ ...limits, disk: full });
    expect(remove.map((each) => each.archive.name)).to.deep.equal(['id-1', 'id-2']);
    expect(cause).to.equal('too-small');
  });

  it('never removes more than needed, in vain, or a newer archive before an older one', () => {
    fc.assert(
      fc.property(
        fc.array(archive),
        fc.nat({ max: 500 }),
        fc.nat({ max: 1000 }),
        fc.nat({ max: 1000 }),
        (all, archiveMaxBytes, freeBytes, least) => {
          const totalBytes = 1000;
          const space = { device: 1, totalBytes, freeBytes, freeShare: freeBytes / totalBytes };
          const minFree = least / totalBytes;
          const plan = planCleanup({ archives: all, archiveMaxBytes, minFree, disk: space });
          const sum = (some: readonly CleanupArchive[]): number =>
            some.reduce((bytes, each) => bytes + each.bytes, 0);
          const here = (some: readonly CleanupArchive[]): CleanupArchive[] =>
            some.filter(({ device }) => device === 1);
          const gone = plan.remove.map((each) => each.archive);
          const kept = all.filter((each) => !gone.includes(each));
          const before = gone.slice(0, -1);
          if (gone.length > 0) {
            const isOver = sum(all) - sum(before) > archiveMaxBytes;
            expect(isOver || freeBytes + sum(here(before)) < least).to.equal(true);
          }
          const forDisk = plan.remove.filter((each) => each.reason === 'disk-free');
          expect(here(forDisk.map((each) => each.archive))).to.have.lengthOf(forDisk.length);
          const isEnough = freeBytes + sum(here(gone)) >= Math.floor(minFree * totalBytes);
          expect(plan.cause === null).to.equal(isEnough);
          if (!isEnough && freeBytes >= BRIM_SHARE * least) expect(forDisk).to.deep.equal([]);
          expect(sum(kept)).to.be.at.most(archiveMaxBytes);
          const newest = Math.max(0, ...here(gone).map((one) => one.writtenMs));
          for (const each of here(kept).filter(({ bytes }) => bytes > 0)) {
            expect(each.writtenMs).to.be.at.least(newest);
          }
        },
      ),
    );
  });
});
