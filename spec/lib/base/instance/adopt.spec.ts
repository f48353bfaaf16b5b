import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { walkFolder } from '../../../../lib/archive/zip/folder-entries.ts';
import { adoptBase } from '../../../../lib/base/instance/adopt.ts';
import { type Layout, layoutOf } from '../../../../lib/base/names/layout.ts';
import { makeListedBase } from '../../../support/listed-base.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

type Snapshot = 'A' | 'B' | 'C';

async function withListedBase(
  snapshot: Snapshot,
  use: (layout: Layout) => Promise<void>,
): Promise<void> {
  await withTempFolder(async (base) => {
    await makeListedBase(base, snapshot);
    await use(layoutOf(base, 'demosvc'));
  });
}

async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of walkFolder(folder)) names.push(`${entry.type} ${entry.name}`);
  return names;
}

describe('adopting a base left by the Go program', () => {
  it('finds running, and null for testing where there is none', async () => {
    await withListedBase('A', async (layout) => {
      const { running, testing, faults } = await adoptBase(layout);
      expect(running).to.deep.equal({
        fileName: 'demosvc-1.0.0.jar',
        name: 'demosvc-1.0.0',
        version: '1.0.0',
        extension: '.jar',
      });
      expect(testing).to.equal(null);
      expect(faults).to.deep.equal([
        'demosvc-1.0.0/demosvc-running is a link to its own folder; left as it is',
        'demosvc-1.0.0: 1 pid file(s) of processes that have ended',
      ]);
    });
  });

  it('finds running and testing', async () => {
    await withListedBase('B', async (layout) => {
      const { running, testing } = await adoptBase(layout);
      expect([running?.version, testing?.version]).to.deep.equal(['1.0.0', '1.0.1']);
    });
  });

  it('ignores a test link equal to the running link, and names every fault', async () => {
    await withListedBase('C', async (layout) => {
      const before = await namesIn(layout.base);
      const { running, testing, faults } = await adoptBase(layout);
      expect([running?.version, testing]).to.deep.equal(['1.0.1', null]);
      expect(faults).to.deep.equal([
        'demosvc-test points to the running version: nothing is tested',
        'demosvc-1.0.0/demosvc-running is a link to its own folder; left as it is',
        'demosvc-1.0.0: 1 pid file(s) of processes that have ended',
        'demosvc-1.0.1/demosvc-running is a link to its own folder; left as it is',
        'demosvc-1.0.1/demosvc-test is a link to its own folder; left as it is',
        'demosvc-1.0.1: 3 pid file(s) of processes that have ended',
        'archive/demosvc-1.0.0.zip is empty (0 bytes): it holds no version',
      ]);
      expect(await namesIn(layout.base)).to.deep.equal(before);
    });
  });

  it('finds a version with a missing copy by its original in base', async () => {
    await withListedBase('B', async (layout) => {
      await rm(join(layout.base, 'demosvc-1.0.0/demosvc-1.0.0.jar'));
      await writeFile(join(layout.base, 'demosvc-1.0.1/demosvc-1.0.1.jar'), '');
      const { running, testing, faults } = await adoptBase(layout);
      expect([running?.version, testing?.version]).to.deep.equal(['1.0.0', '1.0.1']);
      expect(faults).to.include(
        'the copy of the server file of demosvc-1.0.0 is missing, taken from base',
      );
    });
  });

  it('finds nothing for a link whose version is gone altogether', async () => {
    await withListedBase('B', async (layout) => {
      await rm(join(layout.base, 'demosvc-1.0.0'), { recursive: true });
      await rm(join(layout.base, 'demosvc-1.0.0.jar'));
      const { running, testing, faults } = await adoptBase(layout);
      expect([running, testing?.version]).to.deep.equal([null, '1.0.1']);
      expect(faults.join('\n'))
        .to.include('demosvc-running points to')
        .and.include('base has none either');
    });
  });

  it('understands a moved base, relative links, and links to anything', async () => {
    await withListedBase('A', async (layout) => {
      await rm(layout.roleLink('running'));
      await symlink('/srv/old-place/demosvc-1.0.0', layout.roleLink('running'));
      expect((await adoptBase(layout)).running?.version).to.equal('1.0.0');
      await rm(layout.roleLink('running'));
      await symlink('demosvc-1.0.0', layout.roleLink('running'));
      await symlink('/etc', layout.roleLink('testing'));
      const { running, testing, faults } = await adoptBase(layout);
      expect([running?.version, testing]).to.deep.equal(['1.0.0', null]);
      expect(faults).to.include('demosvc-test points to /etc, which is not a version; ignored');
      await rm(layout.roleLink('testing'));
      await mkdir(layout.roleLink('testing'));
      expect((await adoptBase(layout)).faults).to.include('demosvc-test is not a link; ignored');
    });
  });

  it('finds nothing in a base that was never used', async () => {
    await withTempFolder(async (base) => {
      const adoption = await adoptBase(layoutOf(base, 'demosvc'));
      expect(adoption).to.deep.equal({ running: null, testing: null, faults: [] });
    });
  });
});
