import { appendFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { FollowLoop } from '../../../../lib/logs/follow/loop.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';
import { QUICK } from './follow-support.ts';

const LINE = `{"level":"ERROR","message":"${'x'.repeat(1000)}"}\n`;
const LINES = 200;

describe('a follow loop', () => {
  it('hands over what it has when its time is over, and reads the rest later', async () => {
    await withLoop(async ({ log, loop, tick }) => {
      await writeFile(log, LINE.repeat(LINES));
      let lines = 0;
      let polls = 0;
      for (; lines < LINES; polls += 1) {
        tick();
        lines += (await loop.poll(0)).batch?.levels.error ?? 0;
      }
      expect(lines).to.equal(LINES);
      expect(polls).to.be.above(2);
    });
  });

  it('knows a log until the time of which it has read all, also of one that grows meanwhile', async () => {
    await withLoop(async ({ log, loop, tick }) => {
      await writeFile(log, LINE.repeat(LINES));
      const beganMs = tick();
      const first = await loop.poll(0);
      expect(first.readToMs).to.equal(Number.NEGATIVE_INFINITY);
      expect(first.batch?.readToMs).to.equal(Number.NEGATIVE_INFINITY);
      let readToMs = first.readToMs;
      let polls = 0;
      while (readToMs < beganMs && polls < 10) {
        polls += 1;
        tick();
        await appendFile(log, LINE.repeat(LINES / 4));
        ({ readToMs } = await loop.poll(0));
      }
      expect(readToMs).to.equal(beganMs);
    });
  });

  it('knows one that it skips, that is not there, or cannot be read', async () => {
    await withLoop(async ({ folder, log, loop, tick }) => {
      const nowMs = tick();
      expect((await loop.poll()).readToMs).to.equal(nowMs);
      await writeFile(log, LINE.repeat(10 * LINES));
      const skippedMs = tick();
      const { batch, readToMs } = await loop.poll();
      expect(batch?.sampledOut).to.be.above(0);
      expect(readToMs).to.equal(skippedMs);
      const other = new FollowLoop({ ...QUICK, path: folder }, () => nowMs);
      expect(await other.poll()).to.deep.include({ readToMs: nowMs });
    });
  });

  it('knows a log whose file is replaced only until then, until it reads the other file', async () => {
    await withLoop(async ({ log, loop, tick }) => {
      await writeFile(log, LINE);
      await loop.poll();
      await rename(log, `${log}.1`);
      await writeFile(log, LINE);
      const replacedMs = tick();
      let { readToMs } = await loop.poll();
      expect(readToMs).to.be.below(replacedMs);
      let lines = 0;
      while (lines === 0) {
        tick();
        const polled = await loop.poll();
        lines = polled.batch?.lines ?? 0;
        if (lines === 0) ({ readToMs } = polled);
      }
      expect(readToMs).to.equal(replacedMs);
    });
  });
});

// Private

interface Lab {
  readonly folder: string;
  readonly log: string;
  readonly loop: FollowLoop;
  /** The next second begins; returns its time. */
  readonly tick: () => number;
}

async function withLoop(use: (lab: Lab) => Promise<void>): Promise<void> {
  await withTempFolder(async (folder) => {
    let nowMs = 0;
    const log = join(folder, 'service.log');
    const loop = new FollowLoop({ ...QUICK, path: log }, () => nowMs);
    await use({ folder, log, loop, tick: () => (nowMs += 1000) });
    await loop.close();
  });
}
