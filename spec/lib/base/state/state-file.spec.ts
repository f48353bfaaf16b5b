import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  removeTempFiles,
  WriteFailed,
  writeFileAtomic,
} from '../../../../lib/base/state/atomic-file.ts';
import { readState, writeState } from '../../../../lib/base/state/state-file.ts';
import { failureOf } from '../../../support/failure.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

interface State {
  readonly running: string;
}

function parse(value: unknown): State {
  if (typeof value !== 'object' || value === null || !('running' in value))
    throw new Error('no running');
  return value as State;
}

describe('the state file', () => {
  it('is written durably with the previous state as backup, and nothing else is left', async () => {
    await withTempFolder(async (folder) => {
      const path = join(folder, '.vili', 'state.json');
      await writeState(path, { running: 'a' });
      await writeState(path, { running: 'b' });
      expect(await readState(path, parse)).to.deep.equal({
        state: { running: 'b' },
        from: 'file',
        problems: [],
      });
      expect(await readState(`${path}.bak`, parse)).to.deep.include({ state: { running: 'a' } });
      expect((await readdir(join(folder, '.vili'))).sort()).to.deep.equal([
        'state.json',
        'state.json.bak',
      ]);
    });
  });

  it('may be absent without causing a problem', async () => {
    await withTempFolder(async (folder) => {
      const read = await readState(join(folder, 'state.json'), parse);
      expect(read).to.deep.equal({ state: null, from: 'none', problems: [] });
    });
  });

  it('falls back to its backup wherever it is cut off, and never throws', async () => {
    await withTempFolder(async (folder) => {
      const path = join(folder, 'state.json');
      const text = `${JSON.stringify({ running: 'inventory-1.0', list: [1, 2] }, null, 2)}\n`;
      await fc.assert(
        fc.asyncProperty(fc.nat({ max: text.length - 2 }), async (length) => {
          await writeFile(path, text);
          await truncate(path, length);
          await writeFile(`${path}.bak`, '{"running":"old"}');
          const read = await readState(path, parse);
          if (length === text.length - 1) return;
          expect(read).to.deep.include({ state: { running: 'old' }, from: 'backup' });
          expect(read.problems).to.have.lengthOf(1);
        }),
      );
    });
  });

  it('does not become the backup when it is damaged', async () => {
    await withTempFolder(async (folder) => {
      const path = join(folder, 'state.json');
      await writeFile(`${path}.bak`, '{"running":"good"}');
      await writeFile(path, '{"runni');
      await writeState(path, { running: 'new' });
      expect(JSON.parse(await readFile(`${path}.bak`, 'utf8'))).to.deep.equal({ running: 'good' });
    });
  });

  it('is reported as a problem when it is a folder, rejected or not JSON', async () => {
    await withTempFolder(async (folder) => {
      const path = join(folder, 'state.json');
      await mkdir(path);
      await writeFile(`${path}.bak`, '{"schema":0}');
      const read = await readState(path, parse);
      expect(read).to.deep.include({ state: null, from: 'none' });
      expect(read.problems).to.have.lengthOf(2);
      expect(read.problems[1]).to.equal(`${path}.bak: no running`);
    });
  });
});

describe('an atomic write', () => {
  it('leaves the old file and nothing else when it fails', async () => {
    await withTempFolder(async (folder) => {
      await mkdir(join(folder, 'taken'));
      const error = await failureOf(writeFileAtomic(join(folder, 'taken'), 'x'));
      expect(error).to.be.instanceOf(WriteFailed);
      const missing = await failureOf(writeFileAtomic(join(folder, 'none', 'x'), 'x'));
      expect(missing).to.have.property('code', 'VILI_WRITE_FAILED');
      expect(await readdir(folder)).to.deep.equal(['taken']);
    });
  });

  it('leaves a temporary file that can be removed when it is killed half-way', async () => {
    await withTempFolder(async (folder) => {
      await writeFile(join(folder, '.state.json.0badf00d.vili-aside'), '{"ha');
      await writeFile(join(folder, 'mine.vili-aside'), 'kept');
      const cleared = await removeTempFiles(folder);
      expect(cleared).to.deep.equal(['.state.json.0badf00d.vili-aside']);
      expect(await readdir(folder)).to.deep.equal(['mine.vili-aside']);
      expect(await removeTempFiles(join(folder, 'none'))).to.deep.equal([]);
    });
  });
});
