import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { pruneInstances } from '../../../../lib/base/instance/prune-instances.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

describe('instance folders', () => {
  it('are removed from the oldest on, but never those in use nor those of other programs', () =>
    withTempFolder(async (versionFolder) => {
      const names = ['1_running', '2_test', '3_running', '10_running', '11_running', 'notes'];
      const foreign = '2026-11-22_08.52.58_running';
      for (const name of [...names, foreign])
        await mkdir(join(versionFolder, name, 'logs'), { recursive: true });
      const alive = new Set([join(versionFolder, '1_running')]);
      const removed = await pruneInstances({ versionFolder, keep: 2, alive });
      expect(removed).to.deep.equal([
        join(versionFolder, '3_running'),
        join(versionFolder, '2_test'),
      ]);
      expect((await readdir(versionFolder)).sort()).to.deep.equal(
        ['10_running', '11_running', '1_running', foreign, 'notes'].sort(),
      );
    }));
});
