import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, lstat, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { makePrivate } from '../../lib/base/state/private-folder.ts';
import { acquireLock } from '../../lib/servlet/lock.ts';
import { withWorld } from '../support/daemon-world.ts';
import { failureOf } from '../support/failure.ts';
import { withTempFolder } from '../support/temp-folder.ts';

const RIGHTS = 0o777;

async function rightsOf(path: string): Promise<string> {
  return ((await stat(path)).mode & RIGHTS).toString(8);
}

/** The paths below `folder` that anybody but the owner has any right to. */
async function openTo(others: string): Promise<string[]> {
  const open = [];
  const names = await readdir(others, { recursive: true });
  for (const path of [others, ...names.map((name) => join(others, name))]) {
    const stats = await lstat(path);
    if (!stats.isSymbolicLink() && (stats.mode & 0o077) !== 0) open.push(path);
  }
  return open;
}

describe("The rights of Vili's files", function () {
  this.timeout(30_000);

  it('leave nothing in .vili, properties and outputs to others, and the logs readable', async () => {
    await withWorld(
      { properties_file_name: 'shop.properties', port_identifier: 'p', log_dir: 'logs_vili' },
      async (world) => {
        for (const name of ['shop.properties', 'authorization.properties']) {
          await world.write(name, 'secret=1\n');
          await chmod(join(world.base, name), 0o644);
        }
        // As an earlier Vili made them.
        await mkdir(join(world.base, '.vili', 'evidence'), { recursive: true, mode: 0o755 });
        await writeFile(join(world.base, '.vili', 'lock'), '', { mode: 0o644 });
        const daemon = await world.startServing();
        expect(await openTo(join(world.base, '.vili'))).to.deep.equal([]);
        const instance = join(world.base, 'shop-1.0.0', '1_running');
        for (const name of ['shop.properties', 'authorization.properties', 'stdOut', 'stdErr']) {
          expect(await rightsOf(join(instance, name)), name).to.equal('600');
        }
        const umask = process.umask();
        const readable = (0o644 & ~umask).toString(8);
        expect(await rightsOf(join(instance, 'pid'))).to.equal(readable);
        const log = join(world.base, 'logs_vili', 'vili.log');
        expect((await stat(log)).mode & 0o040).to.equal(0o040 & ~umask);
        await daemon.kill('SIGTERM');
        expect(await openTo(join(world.base, '.vili'))).to.deep.equal([]);
      },
    );
  });

  it('are narrowed where an earlier Vili left them wide, without following links', async () => {
    await withTempFolder(async (base) => {
      const folder = join(base, '.vili');
      await mkdir(join(folder, 'evidence'), { recursive: true });
      await writeFile(join(folder, 'evidence', 'shop.json'), '', { mode: 0o666 });
      await writeFile(join(base, 'outside'), '', { mode: 0o644 });
      await chmod(folder, 0o777);
      await makePrivate(folder);
      expect(await openTo(folder)).to.deep.equal([]);
      expect(await rightsOf(join(base, 'outside'))).to.equal(
        (0o644 & ~process.umask()).toString(8),
      );
    });
  });
});

describe('The lock of a base', () => {
  /** What any user of the host can do, once a Vili has shown the name of its socket. */
  async function takeName(path: string): Promise<() => Promise<void>> {
    const { dev, ino } = await stat(path, { bigint: true });
    const squatter = createServer().listen(`\0vili-lock-${dev}-${ino}`);
    await once(squatter, 'listening');
    return async () => {
      squatter.close();
      await once(squatter, 'close');
    };
  }

  for (const flockCommand of ['flock', '/no/such/flock']) {
    it(`cannot be kept from Vili by somebody who takes its name, with ${flockCommand}`, async () => {
      await withTempFolder(async (base) => {
        const path = join(base, '.vili', 'lock');
        await (await acquireLock(path, { flockCommand })).release();
        // A Vili that has ended: this process is alive and would count as the holder.
        const gone = spawn('true');
        await once(gone, 'exit');
        await writeFile(path, JSON.stringify({ pid: gone.pid, startTime: '1', bootId: 'x' }));
        const giveBack = await takeName(path);
        const lock = await acquireLock(path, { flockCommand });
        const second = await failureOf(acquireLock(path, { flockCommand }));
        expect(second).to.have.property('code', 'VILI_BASE_LOCKED');
        expect(second.message).to.include(`pid ${process.pid}`);
        await lock.release();
        await giveBack();
      });
    }).timeout(30_000);
  }

  it('is in a file that no other user can open, in a folder that no other user can enter', async () => {
    await withTempFolder(async (base) => {
      const path = join(base, '.vili', 'lock');
      await mkdir(join(base, '.vili'), { mode: 0o755 });
      await writeFile(path, '', { mode: 0o644 });
      const lock = await acquireLock(path);
      expect([await rightsOf(path), await rightsOf(join(base, '.vili'))]).to.deep.equal([
        '600',
        '700',
      ]);
      await lock.release();
    });
  });
});
