import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { ViliError } from '../../../lib/errors.ts';
import {
  type Journal,
  JournalFailed,
  type JournalOptions,
  openJournal,
} from '../../../lib/journal/journal.ts';
import { fileSink } from '../../../lib/journal/sink.ts';
import { withTempFolder } from '../../support/temp-folder.ts';

const AT = Date.UTC(2026, 10, 22, 8, 52, 58, 123);

interface Logs {
  readonly text: string[];
  readonly json: Record<string, unknown>[];
}

async function written(
  write: (journal: Journal) => void,
  options: Partial<JournalOptions> = {},
): Promise<Logs> {
  return await withTempFolder(async (folder) => {
    const dir = join(folder, 'logs_vili');
    const journal = openJournal({ dir, level: 'DEBUG', now: () => AT, ...options });
    write(journal);
    await journal.close();
    return {
      text: linesOf(await readFile(join(dir, 'vili.log'), 'utf8')),
      json: linesOf(await readFile(join(dir, 'json', 'vili.log'), 'utf8')).map(
        (line) => JSON.parse(line) as Record<string, unknown>,
      ),
    };
  });
}

function linesOf(text: string): string[] {
  expect(text === '' || text.endsWith('\n')).to.equal(true);
  return text.split('\n').slice(0, -1);
}

describe('the journal', () => {
  it('writes text and JSON with the field and level names of bragi', async () => {
    const { text, json } = await written((journal) => {
      journal.debug('a');
      journal.info('b', { version: 'inventory-1.4.2', pairs: 12 });
      journal.notice('c');
      journal.warn('d', { error: new Error('no route') });
      journal.error('e', { error: 'text' });
      journal.crit('f');
    });
    expect(json.map((line) => line['level'])).to.deep.equal([
      'DEBUG',
      'INFO',
      'NOTICE',
      'WARNING',
      'ERROR',
      'CRIT',
    ]);
    expect(json[1]).to.deep.equal({
      level: 'INFO',
      '@timestamp': '2026-11-22T08:52:58.123Z',
      version: 'inventory-1.4.2',
      pairs: 12,
      message: 'b',
    });
    expect([json[3]?.['error'], json[4]?.['error']]).to.deep.equal(['no route', 'text']);
    expect(text[1]).to.equal('2026-11-22T08:52:58.123Z INFO    b version=inventory-1.4.2 pairs=12');
    expect(text[3]).to.equal('2026-11-22T08:52:58.123Z WARNING d error="no route"');
  });

  it('omits events below its level', async () => {
    const { text, json } = await written(
      (journal) => {
        journal.debug('a');
        journal.info('b');
        journal.notice('c');
        journal.error('d');
      },
      { level: 'NOTICE' },
    );
    expect(text).to.have.lengthOf(2);
    expect(json.map((line) => line['message'])).to.deep.equal(['c', 'd']);
  });

  it('writes every event on one line without terminal control characters, whatever its text', async () => {
    const texts = fc.sample(fc.string({ unit: 'binary', maxLength: 60 }), {
      numRuns: 200,
      seed: 7,
    });
    const all = [
      ...texts,
      'a\nb',
      '\u001b[31mred\u0007',
      'x\u2028y\u0085z\r',
      '{"level":"ERROR"}\n{',
    ];
    const { text, json } = await written((journal) => {
      for (const each of all) journal.info(each, { [each]: each });
    });
    expect(text).to.have.lengthOf(all.length);
    expect(json).to.have.lengthOf(all.length);
    // oxlint-disable-next-line no-control-regex -- the characters that must be absent
    expect(text.join('')).not.to.match(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    expect(json.at(-4)?.['message']).to.equal('a\nb');
    expect(text.at(-4)).to.include(String.raw`INFO    a\nb`);
  });

  it('writes errors with code, cause and, for unexpected ones, the stack', async () => {
    const { json, text } = await written((journal) => {
      const cause = Object.assign(new Error('disk'), { code: 'EIO' });
      journal.error('a', { error: cause });
      journal.error('b', { error: new ViliError('VILI_X', 'no port 80', { cause }) });
    });
    expect(json[0])
      .to.include({ error: 'disk (EIO)' })
      .and.have.property('stack_trace')
      .that.includes('journal.spec');
    expect(json[1])
      .to.include({ error: 'no port 80: disk (VILI_X)' })
      .and.not.have.property('stack_trace');
    expect(text[0]).not.to.include('journal.spec');
  });

  it('survives fields that use its own names, refer to themselves, or throw', async () => {
    const circle: Record<string, unknown> = { big: 10n };
    circle['self'] = circle;
    const bad = {
      get boom(): string {
        throw new Error('getter');
      },
    };
    const { json, text } = await written((journal) => {
      journal.info('a', { level: 'CRIT', message: 'other', '@timestamp': 0 });
      journal.info('b', { circle, missing: undefined, function: () => 1 });
      journal.info('c', bad);
      journal.info('d', { nested: bad });
    });
    expect(json[0]).to.include({ level: 'INFO', message: 'a', level_: 'CRIT', message_: 'other' });
    expect(text).to.have.lengthOf(4);
    expect(json.map((line) => line['message'])).to.include.members(['a', 'b', 'c']);
    expect(text[2]).to.match(/INFO {4}c$/);
  });

  it('cuts excessive texts', async () => {
    const { json, text } = await written((journal) =>
      journal.info('x'.repeat(1_000_000), {
        y: 'y'.repeat(1_000_000),
        z: Array.from({ length: 99_999 }, String),
      }),
    );
    expect(JSON.stringify(json[0]).length).to.be.lessThan(60_000);
    expect(text[0]?.length).to.be.lessThan(60_000);
    expect(text[0]).to.include('more characters');
  });

  it('writes to the new file after a reopen, and nothing after a close', async () => {
    await withTempFolder(async (dir) => {
      const journal = openJournal({ dir, level: 'DEBUG', now: () => AT });
      journal.info('first');
      await journal.flush();
      await rename(join(dir, 'vili.log'), join(dir, 'old'));
      await journal.reopen();
      journal.info('second');
      await journal.close();
      journal.info('third');
      await journal.flush();
      expect(await readFile(join(dir, 'old'), 'utf8')).to.match(/first\n$/);
      expect(await readFile(join(dir, 'vili.log'), 'utf8')).to.match(/^\S+ INFO {4}second\n$/);
    });
  });

  it('fails at once when its folder cannot be written', async () => {
    await withTempFolder(async (folder) => {
      await writeFile(join(folder, 'file'), '');
      const open = (): Journal =>
        openJournal({ dir: join(folder, 'file'), level: 'INFO', now: () => AT });
      expect(open).to.throw(JournalFailed, /log_dir/);
    });
  });

  it('survives a full disk, continues when there is space, and reports what was lost', async () => {
    await withTempFolder(async (dir) => {
      const journal = openJournal({ dir, level: 'DEBUG', now: () => AT });
      await rm(join(dir, 'vili.log'));
      await symlink('/dev/full', join(dir, 'vili.log'));
      for (let i = 0; i < 3; i += 1) {
        journal.info(`lost ${i}`);
        await journal.flush();
      }
      await rm(join(dir, 'vili.log'));
      journal.info('back');
      await journal.close();
      const lines = linesOf(await readFile(join(dir, 'vili.log'), 'utf8'));
      expect(lines[0]).to.match(/ERROR {3}3 lines lost here: .*ENOSPC/);
      expect(lines[1]).to.match(/INFO {4}back$/);
      expect(linesOf(await readFile(join(dir, 'json', 'vili.log'), 'utf8'))).to.have.lengthOf(4);
    });
  });

  it('writes text to standard output without a folder, and survives a reader that goes away', async () => {
    const stdout = new PassThrough();
    const journal = openJournal({ dir: '', level: 'INFO', now: () => AT, stdout });
    journal.info('hello');
    await journal.flush();
    expect(String(stdout.read())).to.equal('2026-11-22T08:52:58.123Z INFO    hello\n');
    stdout.destroy(new Error('EPIPE'));
    journal.info('nobody listens');
    await journal.reopen();
    await journal.close();
    expect(stdout.listenerCount('error')).to.equal(0);
  });

  it('asks for its level at every line where that may change', async () => {
    const stdout = new PassThrough();
    let level: 'INFO' | 'DEBUG' = 'INFO';
    const journal = openJournal({ dir: '', level: () => level, now: () => AT, stdout });
    journal.debug('one');
    level = 'DEBUG';
    journal.debug('two');
    await journal.close();
    expect(String(stdout.read())).to.match(/^\S+ DEBUG +two\n$/);
  });

  it('drops lines rather than buffer them without limit for a slow reader', async () => {
    const waiting: (() => void)[] = [];
    const stdout = new Writable({ write: (_chunk, _encoding, done) => void waiting.push(done) });
    const journal = openJournal({
      dir: '',
      level: 'INFO',
      now: () => AT,
      stdout,
      maxPendingBytes: 1000,
    });
    for (let i = 0; i < 100; i += 1) journal.info('x'.repeat(50));
    expect(stdout.writableLength).to.be.at.most(1000);
    const closed = journal.close();
    while (waiting.length > 0) {
      waiting.shift()?.();
      await new Promise(setImmediate);
    }
    await closed;
  });
});

describe('a file sink', () => {
  it('keeps the order, drops lines beyond its limit, and counts them', async () => {
    await withTempFolder(async (folder) => {
      await mkdir(join(folder, 'x'));
      const file = join(folder, 'lines');
      const sink = fileSink({
        file,
        maxPendingBytes: 50,
        lostLine: (message) => `LOST ${message}\n`,
      });
      for (let i = 10; i < 99; i += 1) sink.write(`line ${i}\n`);
      await sink.flush();
      sink.write('line 99\n');
      await sink.close();
      const lines = linesOf(await readFile(file, 'utf8'));
      const lost = Number(/LOST (\d+)/.exec(lines.join('\n'))?.[1]);
      const kept = lines.filter((line) => line.startsWith('line'));
      expect(kept.length + lost).to.equal(90);
      expect(kept).to.deep.equal([...kept].sort());
      expect(kept.at(-1)).to.equal('line 99');
    });
  });
});
