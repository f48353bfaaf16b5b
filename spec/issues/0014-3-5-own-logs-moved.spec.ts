import { mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { rotateLog } from '../../lib/disk/rotate.ts';
import { type Journal, openJournal } from '../../lib/journal/journal.ts';
import { withTempFolder } from '../support/temp-folder.ts';

/** Longer than lines may still go to a file that was moved. */
const NOTICED_MS = 300;

async function withJournal(use: (journal: Journal, dir: string) => Promise<void>): Promise<void> {
  await withTempFolder(async (base) => {
    const dir = join(base, 'logs_vili');
    const journal = openJournal({ dir, level: 'INFO', now: Date.now });
    try {
      await log(journal, 'before');
      await sleep(NOTICED_MS);
      await use(journal, dir);
    } finally {
      await journal.close();
    }
  });
}

async function log(journal: Journal, text: string): Promise<void> {
  journal.info(text);
  await journal.flush();
}

const FILES = ['vili.log', join('json', 'vili.log')];

describe("Vili's own logs", () => {
  it('go on under their name after somebody has moved the files', async () => {
    await withJournal(async (journal, dir) => {
      for (const file of FILES) await rename(join(dir, file), join(dir, `${file}.1`));
      await log(journal, 'after');
      for (const file of FILES) {
        expect(await readFile(join(dir, file), 'utf8'))
          .to.include('after')
          .and.not.include('before');
        expect(await readFile(join(dir, `${file}.1`), 'utf8')).to.not.include('after');
      }
    });
  });

  it('go on after somebody has removed the files, or the folder', async () => {
    await withJournal(async (journal, dir) => {
      for (const file of FILES) await rm(join(dir, file));
      await log(journal, 'files removed');
      for (const file of FILES) {
        expect(await readFile(join(dir, file), 'utf8')).to.include('files removed');
      }
      await sleep(NOTICED_MS);
      await rm(dir, { recursive: true });
      await log(journal, 'folder removed');
      for (const file of FILES) {
        expect(await readFile(join(dir, file), 'utf8')).to.include('folder removed');
      }
    });
  });

  it('go to the file that another program made in their place, by rename or by a link', async () => {
    await withJournal(async (journal, dir) => {
      await writeFile(join(dir, 'made'), 'header\n');
      await rename(join(dir, 'made'), join(dir, 'vili.log'));
      await log(journal, 'to the new one');
      expect(await readFile(join(dir, 'vili.log'), 'utf8')).to.match(/^header\n.*to the new one/);
      await sleep(NOTICED_MS);
      await mkdir(join(dir, 'volume'));
      await rename(join(dir, 'vili.log'), join(dir, 'volume', 'vili.log'));
      await symlink(join('volume', 'vili.log'), join(dir, 'vili.log'));
      await log(journal, 'through the link');
      const text = await readFile(join(dir, 'volume', 'vili.log'), 'utf8');
      expect(text).to.include('to the new one').and.include('through the link');
    });
  });

  it('lose no line to a move while many are written', async () => {
    await withJournal(async (journal, dir) => {
      const file = join(dir, 'vili.log');
      for (let round = 0; round < 4; round += 1) {
        for (let line = 0; line < 500; line += 1) journal.info(`line ${round}.${line}.`);
        await rename(file, join(dir, `moved.${round}`)).catch(() => undefined);
        await journal.flush();
        await sleep(NOTICED_MS);
      }
      const names = (await readdir(dir)).filter((name) => name.includes('.'));
      const texts = await Promise.all(names.map((name) => readFile(join(dir, name), 'utf8')));
      expect(texts.join('').match(/line \d\.\d+\./g)).to.have.lengthOf(2000);
    });
  });

  it('stay within the limits of rotation although the files keep being moved', async () => {
    await withJournal(async (journal, dir) => {
      const file = join(dir, 'vili.log');
      const maxBytes = 10_000;
      for (let round = 0; round < 3; round += 1) {
        await rename(file, join(dir, `taken.${round}`));
        const movedBytes = (await stat(join(dir, `taken.${round}`))).size;
        await log(journal, 'x'.repeat(maxBytes));
        const rotation = { file, maxBytes, keep: 1, now: () => Date.now() + round };
        const { archive } = await rotateLog({ ...rotation, reopen: () => journal.reopen() });
        expect(archive).not.to.equal(null);
        await log(journal, 'small');
        expect((await stat(join(dir, `taken.${round}`))).size).to.equal(movedBytes);
        expect((await stat(file)).size).to.be.lessThan(maxBytes);
        await sleep(NOTICED_MS);
      }
      expect((await readdir(dir)).filter((name) => name.endsWith('.gz'))).to.have.lengthOf(1);
    });
  });
});
