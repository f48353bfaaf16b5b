import { appendFile, rename, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { createLineMask } from '../../../../lib/compare/mask/line.ts';
import { LineFollower } from '../../../../lib/logs/show/follow-lines.ts';
import { lastLines, type LogFile } from '../../../../lib/logs/show/last-lines.ts';
import { LineReader, type ShowOptions } from '../../../../lib/logs/show/line-reader.ts';
import type { LinesWanted, ShownLine } from '../../../../lib/model/logs/shown-line.ts';
import { eventually } from '../../../support/eventually.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

const OPTIONS: ShowOptions = {
  levelField: '',
  numbers: 'auto',
  mask: createLineMask({ headers: [], paths: [] }),
};
const ALL = { limit: 1000 };

/** A JSON line at this second of a minute. */
function line(second: number, level: string, message: string): string {
  const at = `2026-01-31T08:00:${String(second).padStart(2, '0')}.000Z`;
  return `${JSON.stringify({ '@timestamp': at, level, message })}\n`;
}

async function read(path: string, wanted: LinesWanted = ALL): Promise<readonly ShownLine[]> {
  return (await lastLines([{ path, name: 'shop.log' }], wanted, OPTIONS, false)).lines;
}

const messages = (lines: readonly ShownLine[]): (string | null)[] =>
  lines.map(({ message, text }) => message ?? text);

describe('the lines of a log that people see', () => {
  it('are the newest, of a level and a time', async () => {
    await withTempFolder(async (folder) => {
      const path = join(folder, 'shop.log');
      const text = line(1, 'INFO', 'a') + line(2, 'ERROR', 'b') + line(3, 'WARN', 'c');
      await writeFile(path, text + line(4, 'ERROR', 'd'));
      expect(messages(await read(path))).to.deep.equal(['a', 'b', 'c', 'd']);
      expect(messages(await read(path, { limit: 2 }))).to.deep.equal(['c', 'd']);
      expect(messages(await read(path, { limit: 9, level: 'error' }))).to.deep.equal(['b', 'd']);
      const sinceMs = Date.UTC(2026, 0, 31, 8, 0, 3);
      expect(messages(await read(path, { limit: 9, sinceMs }))).to.deep.equal(['c', 'd']);
      const [first] = await read(path);
      expect(first).to.include({ at: '2026-01-31T08:00:01.000Z', level: 'info', file: 'shop.log' });
      expect(await read(join(folder, 'none.log'))).to.deep.equal([]);
    });
  });

  it('have no secrets, and say so where they cannot be searched', async () => {
    await withTempFolder(async (folder) => {
      const path = join(folder, 'shop.log');
      const token =
        'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P';
      const secrets = `password=hunter2 Authorization: Bearer ${token}`;
      await writeFile(
        path,
        line(1, 'INFO', secrets) +
          `2026 INFO ${secrets}\n` +
          `{"level":"ERROR","password":"hunter2`,
      );
      const lines = await read(path);
      expect(lines).to.have.length(3);
      expect(JSON.stringify(lines)).to.not.contain('hunter2').and.not.contain(token);
      expect(lines[2]).to.include({ text: '(left out: it cannot be masked)', level: 'error' });
    });
  });

  it('keep the lines of a stack trace with the error above them', async () => {
    await withTempFolder(async (folder) => {
      const path = join(folder, 'stdErr');
      await writeFile(
        path,
        '2026-01-31 08:00:01,500 ERROR no stock\n    at sell (shop.js:7)\n2026-01-31 08:00:02 INFO fine\n  more\n',
      );
      const lines = await read(path, { limit: 9, level: 'warn' });
      expect(messages(lines)).to.deep.equal([
        '2026-01-31 08:00:01,500 ERROR no stock',
        '    at sell (shop.js:7)',
      ]);
    });
  });

  it('are those of several files by their time', async () => {
    await withTempFolder(async (folder) => {
      const files = ['stdOut', 'stdErr'].map((name) => ({ path: join(folder, name), name }));
      await writeFile(files[0]!.path, line(1, 'INFO', 'a') + line(3, 'INFO', 'c'));
      await writeFile(files[1]!.path, line(2, 'ERROR', 'b'));
      const { lines } = await lastLines(files, { limit: 2 }, OPTIONS, false);
      expect(messages(lines)).to.deep.equal(['b', 'c']);
      expect(lines.map(({ file }) => file)).to.deep.equal(['stdErr', 'stdOut']);
    });
  });

  it('are searched in the end of a large file only, which is said', async () => {
    await withTempFolder(async (folder) => {
      const path = join(folder, 'shop.log');
      await writeFile(
        path,
        line(1, 'ERROR', 'old') + line(2, 'INFO', 'x'.repeat(400)).repeat(4000),
      );
      const files = [{ path, name: 'shop.log' }];
      const found = await lastLines(files, { limit: 5, level: 'error' }, OPTIONS, false);
      expect([found.lines.length, found.isWhole]).to.deep.equal([0, false]);
      expect((await lastLines(files, { limit: 5 }, OPTIONS, false)).isWhole).to.equal(true);
    });
  });

  it('are bounded, and never make the reader throw, whatever they are', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.object().map((it) => JSON.stringify(it)),
    );
    fc.assert(
      fc.property(fc.array(value, { maxLength: 20 }), fc.boolean(), (texts, isFiltered) => {
        const wanted = isFiltered ? { level: 'warn' as const, sinceMs: 0 } : {};
        const reader = new LineReader('x', wanted, OPTIONS);
        for (const text of texts) {
          const found = reader.find(text);
          if (found === null) continue;
          const shown = reader.show(found);
          expect(shown.text.length).to.be.at.most(8000);
          expect(shown.at === null || !Number.isNaN(Date.parse(shown.at))).to.equal(true);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('a log that is followed for people', () => {
  it('goes on through rotation, truncation and the next process, without a line twice', async () => {
    await withTempFolder(async (folder) => {
      const path = join(folder, 'shop.log');
      await writeFile(path, line(1, 'INFO', 'a') + line(2, 'INFO', 'b').slice(0, 20));
      let files: LogFile[] = [{ path, name: 'shop.log' }];
      const { lines, offsets } = await lastLines(files, ALL, OPTIONS, true);
      expect(messages(lines)).to.deep.equal(['a']);
      const got: (string | null)[] = [];
      const problems: string[] = [];
      const follower = new LineFollower(async () => files, {}, OPTIONS, offsets, {
        line: ({ message, text }) => got.push(message ?? text),
        skipped: () => problems.push('skipped'),
        problem: (text) => problems.push(text),
      });
      const until = (count: number) => eventually(`${count} lines`, () => got.length >= count);
      try {
        await appendFile(path, line(2, 'INFO', 'b').slice(20) + line(3, 'INFO', 'c'));
        await until(2);
        await rename(path, `${path}.1`);
        await writeFile(path, line(4, 'INFO', 'd, which is longer than e'));
        await until(3);
        await truncate(path);
        await appendFile(path, line(5, 'INFO', 'e'));
        await until(4);
        const next = join(folder, 'next.log');
        await writeFile(next, line(6, 'INFO', 'f'));
        await appendFile(path, line(6, 'INFO', 'last words'));
        files = [{ path: next, name: 'next.log' }];
        await until(6);
        expect(got).to.deep.equal(['b', 'c', 'd, which is longer than e', 'e', 'last words', 'f']);
        expect(problems).to.deep.equal([]);
      } finally {
        follower.close();
      }
    });
  });

  it('leaves out what comes too fast, and says how much', async () => {
    await withTempFolder(async (folder) => {
      const path = join(folder, 'shop.log');
      await writeFile(path, '');
      const files = [{ path, name: 'shop.log' }];
      let skipped = 0;
      const got: string[] = [];
      const follower = new LineFollower(async () => files, {}, OPTIONS, new Map(), {
        line: ({ message }) => got.push(message ?? ''),
        skipped: (_, bytes) => (skipped += bytes),
        problem: () => {},
      });
      try {
        await writeFile(path, line(1, 'INFO', 'x').repeat(20_000));
        await eventually('a flood', () => skipped > 1_000_000);
        await appendFile(path, line(2, 'INFO', 'y'));
        await appendFile(path, line(2, 'INFO', 'z'));
        await eventually('it goes on', () => got.at(-1) === 'z');
        expect(got.length).to.be.below(2000);
      } finally {
        follower.close();
      }
    });
  });
});
