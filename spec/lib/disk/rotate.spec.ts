import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { copyAndTruncate, rotateLog } from '../../../lib/disk/rotate.ts';
import { openJournal } from '../../../lib/journal/journal.ts';
import { withTempFolder } from '../../support/temp-folder.ts';

const AT = Date.UTC(2026, 10, 22, 8, 52, 58, 123);

async function textOf(gzipped: string): Promise<string> {
  return gunzipSync(await readFile(gzipped)).toString();
}

describe("the rotation of Vili's own log", () => {
  it('renames the log with the time, compresses it, and keeps the fixed name for later lines', async () => {
    await withTempFolder(async (folder) => {
      const file = join(folder, 'vili.log');
      const journal = openJournal({ dir: folder, level: 'DEBUG', now: () => AT });
      journal.info('before');
      await journal.flush();
      const options = {
        file,
        maxBytes: 10,
        keep: 3,
        now: () => AT,
        reopen: () => journal.reopen(),
      };
      const { archive } = await rotateLog(options);
      journal.info('after');
      await journal.close();
      expect(archive).to.equal(join(folder, 'vili.2026.11.22_08.52.58.123.log.gz'));
      expect(await textOf(archive ?? ''))
        .to.include('before')
        .and.not.include('after');
      expect(await readFile(file, 'utf8'))
        .to.include('after')
        .and.not.include('before');
      expect((await readdir(folder)).sort()).to.deep.equal([
        'json',
        'vili.2026.11.22_08.52.58.123.log.gz',
        'vili.log',
      ]);
    });
  });

  it('loses no line of a journal that is written continuously', async () => {
    await withTempFolder(async (folder) => {
      const file = join(folder, 'vili.log');
      const journal = openJournal({ dir: folder, level: 'DEBUG', now: () => AT });
      let time = AT;
      let written = 0;
      for (let round = 0; round < 5; round += 1) {
        for (let i = 0; i < 200; i += 1) journal.info(`line ${(written += 1)}.`);
        const rotation = rotateLog({
          file,
          maxBytes: 1,
          keep: 100,
          now: () => (time += 1),
          reopen: () => journal.reopen(),
        });
        for (let i = 0; i < 200; i += 1) journal.info(`line ${(written += 1)}.`);
        await rotation;
      }
      await journal.close();
      let all = '';
      for (const name of (await readdir(folder)).sort()) {
        if (name.endsWith('.gz')) all += await textOf(join(folder, name));
      }
      all += await readFile(file, 'utf8').catch(() => '');
      const numbers = [...all.matchAll(/line (\d+)\./g)].map((match) => Number(match[1]));
      expect(numbers).to.deep.equal(Array.from({ length: written }, (_, index) => index + 1));
    });
  });

  it('does nothing below the limit or without a file', async () => {
    await withTempFolder(async (folder) => {
      const file = join(folder, 'vili.log');
      let reopened = 0;
      const options = {
        file,
        maxBytes: 10,
        keep: 3,
        now: () => AT,
        reopen: async () => void (reopened += 1),
      };
      expect((await rotateLog(options)).archive).to.equal(null);
      await writeFile(file, 'x'.repeat(9));
      expect((await rotateLog(options)).archive).to.equal(null);
      expect([reopened, await readdir(folder)]).to.deep.equal([0, ['vili.log']]);
    });
  });

  it('keeps the newest, and compresses what was left uncompressed', async () => {
    await withTempFolder(async (folder) => {
      const file = join(folder, 'vili.log');
      await writeFile(join(folder, 'vili.2025.01.01_00.00.00.000.log'), 'left');
      await writeFile(join(folder, 'vili.2025.01.01_00.00.00.000.log.gz.tmp'), 'ha');
      await writeFile(join(folder, 'vili.notes.log'), 'not ours');
      for (let round = 1; round <= 4; round += 1) {
        await writeFile(file, `round ${round}`);
        await rotateLog({
          file,
          maxBytes: 1,
          keep: 3,
          now: () => AT + round,
          reopen: async () => {},
        });
        if (round !== 1) continue;
        const left = join(folder, 'vili.2025.01.01_00.00.00.000.log.gz');
        expect(await textOf(left)).to.equal('left');
      }
      expect((await readdir(folder)).sort()).to.deep.equal([
        'vili.2026.11.22_08.52.58.125.log.gz',
        'vili.2026.11.22_08.52.58.126.log.gz',
        'vili.2026.11.22_08.52.58.127.log.gz',
        'vili.notes.log',
      ]);
    });
  });
});

describe("the cap on a servlet's output", () => {
  it('keeps the end, truncates the file, and counts what is lost', async () => {
    await withTempFolder(async (folder) => {
      const file = join(folder, 'stdOut');
      await writeFile(file, 'a'.repeat(50) + 'b'.repeat(100));
      const rotated = await copyAndTruncate({ file, maxBytes: 100, keep: 2, now: () => AT });
      expect(rotated.lostBytes).to.equal(50);
      expect(await textOf(rotated.archive ?? '')).to.equal('b'.repeat(100));
      expect((await stat(file)).size).to.equal(0);
      expect((await readdir(folder)).sort()).to.deep.equal([
        'stdOut',
        'stdOut.2026.11.22_08.52.58.123.gz',
      ]);
    });
  });

  it('lets an appending process continue without leaving a hole', async () => {
    await withTempFolder(async (folder) => {
      const file = join(folder, 'stdOut');
      const out = await open(file, 'a');
      const script =
        "process.stdin.on('data', (text) => { process.stdout.write(text); process.stderr.write('.'); })";
      const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', out.fd, 'pipe'] });
      const { stdin, stderr } = child;
      if (stdin === null || stderr === null) throw new Error('no pipes');
      await out.close();
      stdin.write('x'.repeat(1000));
      await once(stderr, 'data');
      await copyAndTruncate({ file, maxBytes: 1000, keep: 1, now: () => AT });
      stdin.write('after');
      await once(stderr, 'data');
      stdin.end();
      await once(child, 'close');
      expect(await readFile(file, 'utf8')).to.equal('after');
    });
  });

  it('truncates the file even when nothing can be kept', async () => {
    await withTempFolder(async (folder) => {
      const file = join(folder, 'stdOut');
      for (let round = 0; round < 4; round += 1) {
        await writeFile(file, 'x'.repeat(200));
        await copyAndTruncate({ file, maxBytes: 100, keep: 2, now: () => AT + round });
      }
      expect((await readdir(folder)).length).to.equal(3);
      await writeFile(file, 'x'.repeat(200));
      const rotated = await copyAndTruncate({ file, maxBytes: 100, keep: 0, now: () => AT });
      expect(rotated).to.deep.equal({ archive: null, lostBytes: 200 });
      expect(await readdir(folder)).to.deep.equal(['stdOut']);
      expect(await copyAndTruncate({ file, maxBytes: 100, keep: 0, now: () => AT })).to.deep.equal({
        archive: null,
        lostBytes: 0,
      });
    });
  });
});
