import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Level } from '../../../../lib/logs/follow/batch.ts';
import { LOG_SHAPES } from '../../../support/log-shapes.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';
import { Followed } from './follow-support.ts';

const LEVELS: readonly Level[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'unknown'];

/** Lines of each level, in the order above. */
const COUNTS: Readonly<Record<string, readonly number[]>> = {
  'documented.jsonl': [0, 0, 9, 2, 6, 1, 0],
  'go.jsonl': [1, 0, 0, 5, 5, 2, 1],
  'node.jsonl': [2, 4, 6, 5, 4, 5, 0],
  'python.jsonl': [0, 0, 1, 3, 3, 3, 2],
};

describe('a followed log file', () => {
  for (const [file, counts] of Object.entries(COUNTS)) {
    it(`has the right counts in the formats of ${file}`, async () => {
      await withTempFolder(async (folder) => {
        const log = join(folder, 'service.log');
        await copyFile(`spec/fixtures/logs/${file}`, log);
        expect(await countsOf(log, sum(counts))).to.deep.equal(counts);
      });
    });
  }

  it('has the right counts in every documented shape', async () => {
    await withTempFolder(async (folder) => {
      const log = join(folder, 'service.log');
      const lines = LOG_SHAPES.map(([, entry]) => `${JSON.stringify(entry)}\n`);
      await writeFile(log, lines.join(''));
      const counts = LEVELS.map((level) => LOG_SHAPES.filter(([, , it]) => it === level).length);
      expect(await countsOf(log, lines.length)).to.deep.equal(counts);
    });
  });
});

// Private

async function countsOf(log: string, lines: number): Promise<readonly number[]> {
  const followed = new Followed(log);
  await followed.until(() => followed.lines >= lines);
  await followed.close();
  expect(followed.lines).to.equal(lines);
  expect(followed.sum(({ plain, sampledOut }) => plain + sampledOut)).to.equal(0);
  return LEVELS.map((level) => followed.sum(({ levels }) => levels[level]));
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
