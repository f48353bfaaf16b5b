import { readdirSync } from 'node:fs';
import { appendFile, mkdir, rename, truncate, writeFile } from 'node:fs/promises';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type LogFollower, LogFollowers } from '../../../../lib/logs/follow/follower.ts';
import type { FollowSettings } from '../../../../lib/logs/follow/protocol.ts';
import { steadyNow } from '../../../../lib/runtime/clock.ts';
import { eventually } from '../../../support/eventually.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';
import { Followed, QUICK } from './follow-support.ts';

const info = (text: string): string => `${JSON.stringify({ level: 'INFO', message: text })}\n`;
const error = (text: string): string => `${JSON.stringify({ level: 'ERROR', message: text })}\n`;

async function following(
  use: (log: string, follow: (settings?: Partial<FollowSettings>) => Followed) => Promise<void>,
): Promise<void> {
  await withTempFolder(async (folder) => {
    const opened: Followed[] = [];
    const log = join(folder, 'service.log');
    const follow = (settings: Partial<FollowSettings> = {}): Followed => {
      const followed = new Followed(log, settings);
      opened.push(followed);
      return followed;
    };
    try {
      await use(log, follow);
    } finally {
      await Promise.all(opened.map((followed) => followed.close()));
    }
    for (const followed of opened) expect(followed.failures).to.deep.equal([]);
  });
}

/** Threads of this process with a lower priority than its first one. */
function renicedThreads(): number {
  const priorities = readdirSync('/proc/self/task').map((thread) => getPriority(Number(thread)));
  return priorities.filter((nice) => nice > getPriority()).length;
}

/** Follows a log with one line and resolves once it was read. */
async function read(followers: LogFollowers, path: string, line: string): Promise<LogFollower> {
  await writeFile(path, line);
  return new Promise((resolve, reject) => {
    const follower = followers.follow({
      ...QUICK,
      path,
      onBatch: ({ lines }) => {
        if (lines === 1) resolve(follower);
        else reject(new Error(`${lines} lines of ${path}`));
      },
      onRead: () => {},
      onProblem: (text) => reject(new Error(text)),
      onFailed: reject,
    });
  });
}

describe('a log follower', () => {
  it('tells how far it has read, also while nothing is logged', async () => {
    await following(async (log, follow) => {
      const followed = follow();
      await followed.until(() => followed.reads.length > 0);
      const beganMs = steadyNow();
      await writeFile(log, info('one'));
      await followed.until(() => followed.lines === 1);
      const { fromMs = 0, readToMs = 0, toMs = 0 } = followed.batches[0] ?? {};
      expect(readToMs).to.be.within(fromMs, toMs);
      await followed.until(() => followed.reads.some((ms) => ms > Math.max(beganMs, readToMs)));
    });
  });

  it('waits for a file and a folder that do not exist yet', async () => {
    await withTempFolder(async (folder) => {
      const log = join(folder, 'logs/json/service.log');
      const followed = new Followed(log);
      await mkdir(join(folder, 'logs/json'), { recursive: true });
      await writeFile(log, info('a') + error('b 1') + error('b 2'));
      await followed.until(() => followed.lines === 3);
      await followed.close();
      expect(followed.sum((batch) => batch.levels.error)).to.equal(2);
      expect(followed.problems).to.deep.equal([]);
      const kinds = followed.batches.flatMap((batch) => batch.kinds);
      expect(kinds[0]).to.include({ signature: 'b *', level: 'error' });
    });
  });

  it('reads in a thread with a lower priority', async () => {
    await following(async (log, follow) => {
      const before = renicedThreads();
      await writeFile(log, info('a'));
      const followed = follow();
      await followed.until(() => followed.lines === 1);
      expect(renicedThreads()).to.equal(before + 1);
    });
  });

  it('sends nothing while nothing is logged', async () => {
    await following(async (log, follow) => {
      await writeFile(log, '');
      const followed = follow();
      await appendFile(log, info('a'));
      await followed.until(() => followed.lines === 1);
      await followed.close();
      expect(followed.batches).to.have.length(1);
    });
  });

  it('counts a line once it is complete, however it was written', async () => {
    await following(async (log, follow) => {
      const followed = follow();
      const line = error('ø in the middle');
      const cut = Buffer.from(line).indexOf(Buffer.from('ø')) + 1;
      await writeFile(
        log,
        Buffer.concat([Buffer.from(info('a')), Buffer.from(line).subarray(0, cut)]),
      );
      await followed.until(() => followed.lines === 1);
      await appendFile(log, Buffer.from(line).subarray(cut));
      await followed.until(() => followed.lines === 2);
      expect(followed.batches.at(-1)?.kinds[0]?.signature).to.equal('ø in the middle');
    });
  });

  it('loses no line of a file that is renamed and created again', async () => {
    await following(async (log, follow) => {
      await writeFile(log, info('1'));
      const followed = follow();
      await followed.until(() => followed.lines === 1);
      await appendFile(log, info('2') + info('3'));
      await rename(log, `${log}.1`);
      await appendFile(`${log}.1`, info('4, by a writer that noticed late') + '{"level":"ERROR"}');
      await writeFile(log, error('6'));
      await followed.until(() => followed.lines === 6);
      expect(followed.sum((batch) => batch.levels.error)).to.equal(2);
    });
  });

  it('starts over in a file that was truncated in place', async () => {
    await following(async (log, follow) => {
      await writeFile(log, info('1') + info('2') + info('3'));
      const followed = follow();
      await followed.until(() => followed.lines === 3);
      await truncate(log);
      await appendFile(log, error('4'));
      await followed.until(() => followed.lines === 4);
      expect(followed.sum((batch) => batch.levels.error)).to.equal(1);
    });
  });

  it('continues after the hole of a writer that kept its position in a truncated file', async () => {
    await following(async (log, follow) => {
      const followed = follow();
      await writeFile(log, `${'\u0000'.repeat(1000)}${error('after the hole')}`);
      await followed.until(() => followed.lines === 1);
      expect(followed.batches[0]?.levels.error).to.equal(1);
      expect(followed.batches[0]?.plain).to.equal(0);
    });
  });

  it('continues from the offset of the last batch, an unfinished line included', async () => {
    await following(async (log, follow) => {
      await writeFile(log, info('1') + error('2').slice(0, 10));
      const first = follow();
      await first.until(() => first.lines === 1);
      await first.close();
      await appendFile(log, error('2').slice(10));
      const second = follow({ from: first.batches.at(-1)?.offset ?? null });
      await second.until(() => second.lines === 1);
      await second.close();
      expect(second.batches[0]?.levels.error).to.equal(1);
    });
  });

  it('finds its file when that was renamed while it was not followed', async () => {
    await following(async (log, follow) => {
      await writeFile(log, info('1'));
      const first = follow();
      await first.until(() => first.lines === 1);
      await first.close();
      await appendFile(log, error('2'));
      await rename(log, `${log}.1`);
      await writeFile(log, error('3'));
      const second = follow({ from: first.batches.at(-1)?.offset ?? null });
      await second.until(() => second.lines === 2);
      expect(second.sum((batch) => batch.levels.error)).to.equal(2);
    });
  });

  it('reads the rest when it is closed', async () => {
    await following(async (log, follow) => {
      await writeFile(log, info('1'));
      const followed = follow({ batchMs: 60_000 });
      await followed.until(() => followed.lines === 1);
      await appendFile(log, error('the last words'));
      await followed.close();
      expect(followed.sum((batch) => batch.levels.error)).to.equal(1);
    });
  });

  it('reports once that it cannot read the path, and reads it when it can', async () => {
    await following(async (log, follow) => {
      await mkdir(log);
      const followed = follow();
      await followed.until(() => followed.problems.length === 1);
      expect(followed.problems[0]).to.contain(log).and.contain('not a regular file');
      await rename(log, `${log}.folder`);
      await writeFile(log, info('1'));
      await followed.until(() => followed.lines === 1);
      expect(followed.problems).to.have.length(1);
    });
  });

  it('ends a thread that was idle for a while', async () => {
    await withTempFolder(async (folder) => {
      const before = renicedThreads();
      const followers = new LogFollowers(1);
      await (await read(followers, join(folder, 'a'), info('a'))).close();
      await eventually('the end of the idle thread', () => renicedThreads() === before);
      await (await read(followers, join(folder, 'b'), info('b'))).close();
      await followers.close();
      expect(renicedThreads()).to.equal(before);
    });
  });

  it('keeps the thread of a closed log for the next one, but never two', async () => {
    await withTempFolder(async (folder) => {
      const before = renicedThreads();
      const followers = new LogFollowers();
      const a = await read(followers, join(folder, 'a'), info('a'));
      const b = await read(followers, join(folder, 'b'), info('b'));
      expect(renicedThreads()).to.equal(before + 2);
      await Promise.all([a.close(), b.close()]);
      // The kernel tells of a thread for a moment after its end.
      await eventually('the end of one thread', () => renicedThreads() === before + 1);
      const c = await read(followers, join(folder, 'c'), error('c'));
      expect(renicedThreads()).to.equal(before + 1);
      await followers.close();
      await c.close();
      await eventually('the end of the other', () => renicedThreads() === before);
    });
  });

  it('reports the keys of lines without a level', async () => {
    await following(async (log, follow) => {
      const followed = follow();
      await writeFile(log, '{"grade":"bad","text":"x"}\n');
      await followed.until(() => followed.lines === 1);
      expect(followed.batches[0]?.levels.unknown).to.equal(1);
      expect(followed.batches[0]?.unknownKeys).to.deep.equal(['grade', 'text']);
    });
  });
});
