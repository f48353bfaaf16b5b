import { appendFile, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { codeOf } from '../../../../lib/errors.ts';
import type { FollowSettings } from '../../../../lib/logs/follow/protocol.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';
import { Followed, QUICK } from './follow-support.ts';

const ERROR = '{"level":"ERROR","message":"still here"}\n';

async function afterHostile(
  bytes: string | Buffer,
  lines: number,
  settings: Partial<FollowSettings> = {},
): Promise<Followed> {
  const followed = await withTempFolder(async (folder) => {
    const log = join(folder, 'service.log');
    await writeFile(log, bytes);
    await appendFile(log, ERROR);
    const it = new Followed(log, settings);
    await it.until(() => it.failures.length > 0 || it.lines === lines + 1);
    await it.close();
    return it;
  });
  expect(followed.failures).to.deep.equal([]);
  expect(followed.batches.at(-1)?.kinds.some((kind) => kind.signature === 'still here')).to.equal(
    true,
  );
  return followed;
}

describe('the follower of a hostile log', () => {
  it('survives JSON that is nested deeper than the stack', async () => {
    const depth = 500_000;
    await afterHostile(`{"level":"ERROR","a":${'['.repeat(depth)}${']'.repeat(depth)}}\n`, 1, {
      maxLineBytes: 2_000_000,
      maxBytesPerBatch: 2_000_000,
    });
  });

  it('survives NUL, invalid UTF-8 and broken JSON', async () => {
    const invalid = Buffer.from([0xff, 0xfe, 0x00, 0x80, 0xc3, 0x0a]);
    const followed = await afterHostile(
      Buffer.concat([invalid, Buffer.from('{"level":\n[1,2]\n"ERROR"\nnull\n{}\n')]),
      6,
    );
    expect(followed.sum((batch) => batch.plain)).to.equal(5);
  });

  it('counts a line that is too long by its start and continues after it', async () => {
    const long = `{"level":"WARN","message":"${'x'.repeat(300_000)}"}\n`;
    const followed = await afterHostile(long, 1);
    expect(followed.sum((batch) => batch.levels.warn)).to.equal(1);
    const example = followed.batches.flatMap((batch) => batch.kinds)[0]?.example ?? '';
    expect(example.length).to.be.at.most(500);
  });

  it('keeps no more than the limit of a line that never ends', async () => {
    await withTempFolder(async (folder) => {
      const log = join(folder, 'service.log');
      const followed = new Followed(log, { maxBytesPerBatch: 64 * 1024 * 1024 });
      const file = await open(log, 'a');
      for (let i = 0; i < 48; i += 1) await file.write(Buffer.alloc(1024 * 1024, 0x61));
      await file.write(`\n${ERROR}`);
      await file.close();
      await followed.until(() => followed.lines === 2 || followed.failures.length > 0);
      await followed.close();
      expect(followed.failures).to.deep.equal([]);
      expect(followed.sum((batch) => batch.levels.error)).to.equal(1);
    });
  });

  it('samples a flood, reports how much it skipped, and soon reaches the end', async () => {
    await withTempFolder(async (folder) => {
      const log = join(folder, 'service.log');
      const lines = 40_000;
      const line = `{"level":"INFO","message":"${'f'.repeat(970)}"}\n`;
      const file = await open(log, 'a');
      for (let i = 0; i < lines / 1000; i += 1) await file.write(line.repeat(1000));
      await file.close();
      const followed = new Followed(log);
      await followed.until(() => followed.sum((batch) => batch.sampledOut) > 0);
      await appendFile(log, ERROR + ERROR);
      await followed.until(() => followed.sum((batch) => batch.levels.error) > 0);
      await followed.close();
      const parsed = followed.sum((batch) => batch.levels.info + batch.levels.error);
      expect(parsed * line.length).to.be.at.most(
        2 * QUICK.maxBytesPerBatch * followed.batches.length,
      );
      expect(followed.lines).to.be.within(lines * 0.95, lines * 1.05);
    });
  });

  it('reports once that its thread has died, and can still be closed', async () => {
    await withTempFolder(async (folder) => {
      const log = join(folder, 'service.log');
      await writeFile(log, ERROR);
      // A setting of the wrong type stands for an unforeseen fault.
      const followed = new Followed(log, { levelField: null as never });
      await followed.until(() => followed.failures.length > 0);
      await followed.close();
      expect(followed.failures).to.have.length(1);
      expect(codeOf(followed.failures[0])).to.equal('VILI_LOG_FOLLOWER_FAILED');
      expect(String(followed.failures[0])).to.contain(log);
    });
  });

  it('distinguishes at most the allowed number of kinds', async () => {
    await withTempFolder(async (folder) => {
      const log = join(folder, 'service.log');
      const lines = Array.from({ length: 200 }, (_, i) => ERROR.replace('here', twoLetters(i)));
      await writeFile(log, lines.join(''));
      const followed = new Followed(log);
      await followed.until(() => followed.lines === 200);
      await followed.close();
      const [batch] = followed.batches;
      expect(batch?.kinds).to.have.length(QUICK.maxKinds + 1);
      expect(batch?.kinds.reduce((sum, kind) => sum + kind.count, 0)).to.equal(200);
    });
  });
});

function twoLetters(i: number): string {
  return String.fromCharCode(97 + (i % 26), 97 + Math.floor(i / 26));
}
