import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { LogBatch, LogOffset } from '../../../../lib/logs/follow/batch.ts';
import { logPaths } from '../../../../lib/logs/follow/protocol.ts';
import { SourcesLoop } from '../../../../lib/logs/follow/sources.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';
import { QUICK } from './follow-support.ts';

const INFO = '{"level":"info","message":"m"}\n';
const ERROR = '{"level":"error","message":"m"}\n';

describe('the log of a service that has no log file', () => {
  it('is what it writes to stdout and stderr, from the start, once there is a JSON line', async () => {
    await withTempFolder(async (folder) => {
      const world = new World(folder);
      await writeFile(world.stdOut, 'starting\n');
      await writeFile(world.stdErr, '');
      expect(await world.poll(5000)).to.deep.equal([]);
      await appendFile(world.stdOut, INFO + ERROR);
      const [batch] = await world.poll();
      expect(batch?.levels).to.deep.include({ info: 1, error: 1, unknown: 1 });
      expect(batch?.format).to.equal('winston (level and message), from stdOut');
      await appendFile(world.stdErr, ERROR);
      await appendFile(world.stdOut, INFO);
      const both = await world.poll();
      expect(both.map(({ lines }) => lines)).to.deep.equal([1, 1]);
      await world.close();
    });
  });

  it('is no longer that once the file is there, which a service may take its time to create', async () => {
    await withTempFolder(async (folder) => {
      const world = new World(folder);
      await writeFile(world.stdOut, INFO);
      expect(await world.poll(1000), 'too early').to.deep.equal([]);
      await mkdir(join(folder, 'logs', 'json'), { recursive: true });
      await writeFile(world.jsonLog, ERROR + ERROR);
      expect((await world.poll(9000)).map(({ lines }) => lines)).to.deep.equal([2]);
      await appendFile(world.stdOut, INFO);
      expect(await world.poll()).to.deep.equal([]);
      await world.close();
    });
  });

  it('goes on where each output was read to', async () => {
    await withTempFolder(async (folder) => {
      const world = new World(folder);
      await writeFile(world.stdOut, INFO);
      await writeFile(world.stdErr, INFO + INFO);
      const before = await world.poll(5000);
      expect(before.reduce((sum, { lines }) => sum + lines, 0)).to.equal(3);
      await world.close();
      const next = new World(folder, before.at(-1)?.offset ?? null);
      await appendFile(next.stdErr, ERROR);
      expect((await next.poll()).map(({ levels }) => levels.error)).to.deep.equal([1]);
      await next.close();
    });
  });

  it('is nothing where no output has JSON lines, or the setting names the file', async () => {
    await withTempFolder(async (folder) => {
      const world = new World(folder);
      await writeFile(world.stdOut, '{ not json\nERROR plain\n');
      expect(await world.poll(5000)).to.deep.equal([]);
      await world.close();
      const paths = { jsonLog: 'a', stdOut: 'b', stdErr: 'c' };
      expect(logPaths(paths, 'file')).to.deep.equal({ path: 'a' });
      expect(logPaths(paths, 'stdout')).to.deep.equal({ path: 'b' });
      expect(logPaths(paths, 'stderr')).to.deep.equal({ path: 'c' });
    });
  });
});

// Private

class World {
  readonly jsonLog: string;
  readonly stdOut: string;
  readonly stdErr: string;
  readonly #loop: SourcesLoop;
  #nowMs = 0;

  constructor(folder: string, from: LogOffset | null = null) {
    this.jsonLog = join(folder, 'logs', 'json', 'shop.log');
    this.stdOut = join(folder, 'stdOut');
    this.stdErr = join(folder, 'stdErr');
    const settings = { ...QUICK, ...logPaths(this, 'auto'), from };
    this.#loop = new SourcesLoop(settings, () => this.#nowMs);
  }

  /** What is read within some polls, at a time. */
  async poll(atMs = this.#nowMs): Promise<readonly LogBatch[]> {
    this.#nowMs = atMs;
    const batches: LogBatch[] = [];
    for (let i = 0; i < 4; i += 1) {
      const { batch, problem } = await this.#loop.poll();
      expect(problem).to.equal(null);
      if (batch !== null) batches.push(batch);
    }
    return batches;
  }

  close(): Promise<void> {
    return this.#loop.close();
  }
}
