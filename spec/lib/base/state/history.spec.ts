import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { openHistory } from '../../../../lib/base/state/history.ts';
import type { HistoryEntry } from '../../../../lib/model/history.ts';
import { failureOf } from '../../../support/failure.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

function entry(number: number): HistoryEntry {
  const at = new Date(number * 1000).toISOString();
  return { at, event: 'promoted', version: `inventory-1.${number}`, by: 'vili', reasons: ['a\nb'] };
}

async function withHistory(use: (path: string) => Promise<void>): Promise<void> {
  await withTempFolder(async (folder) => await use(join(folder, '.vili', 'history.jsonl')));
}

describe('the history', () => {
  it('is empty before the first entry, then in order, even for concurrent appends', async () => {
    await withHistory(async (path) => {
      const history = openHistory(path, 100);
      expect(await history.read(10)).to.deep.equal([]);
      await Promise.all([1, 2, 3].map((number) => history.append(entry(number))));
      expect(await history.read(10)).to.deep.equal([entry(1), entry(2), entry(3)]);
      expect(await history.read(2)).to.deep.equal([entry(2), entry(3)]);
      expect(await history.read(0)).to.deep.equal([]);
      expect(await openHistory(path, 100).read(1)).to.deep.equal([entry(3)]);
    });
  });

  it('survives a torn last line and lines that are not entries', async () => {
    await withHistory(async (path) => {
      const history = openHistory(path, 100);
      await history.append(entry(1));
      await appendFile(path, '{"at":"2026-');
      expect(await history.read(10)).to.deep.equal([entry(1)]);
      await openHistory(path, 100).append(entry(2));
      await appendFile(path, 'null\n[]\n\u0000\u0000\n');
      expect(await history.read(10)).to.deep.equal([entry(1), entry(2)]);
    });
  });

  it('gains missing entries once', async () => {
    await withHistory(async (path) => {
      const history = openHistory(path, 100);
      await history.append(entry(1));
      await history.complete([entry(1), entry(2), 'none', null]);
      await history.complete([entry(1), entry(2)]);
      expect(await history.read(10)).to.deep.equal([entry(1), entry(2)]);
    });
  });

  it('is bounded', async () => {
    await withHistory(async (path) => {
      const history = openHistory(path, 8);
      for (let number = 1; number <= 50; number += 1) {
        await history.append(entry(number));
        const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
        expect(lines.length).to.be.at.most(10);
      }
      const numbers = (await history.read(8)).map((each) => each.version);
      expect(numbers).to.deep.equal(
        [43, 44, 45, 46, 47, 48, 49, 50].map((number) => `inventory-1.${number}`),
      );
    });
  });

  it('reports a failed write clearly and continues afterwards', async () => {
    await withTempFolder(async (folder) => {
      await writeFile(join(folder, 'file'), '');
      const blocked = openHistory(join(folder, 'file', 'history.jsonl'), 10);
      expect(await failureOf(blocked.append(entry(1)))).to.have.property(
        'code',
        'VILI_HISTORY_FAILED',
      );
      await mkdir(join(folder, 'history.jsonl'));
      const error = await failureOf(openHistory(join(folder, 'history.jsonl'), 10).read(1));
      expect(error).to.have.property('code', 'VILI_HISTORY_FAILED');
    });
  });
});
