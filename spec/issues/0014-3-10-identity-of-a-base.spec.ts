import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadSettings } from '../../config/load.ts';
import { layoutOf } from '../../lib/base/names/layout.ts';
import { reapLeftovers } from '../../lib/servlet/process/reap.ts';
import { isTagOf, servletTag, TAG_VARIABLE } from '../../lib/servlet/process/tag.ts';
import { Daemon } from '../support/daemon.ts';
import { withWorld } from '../support/daemon-world.ts';
import { withTempFolder } from '../support/temp-folder.ts';

function sleeper(base: string): ChildProcess {
  const env = { [TAG_VARIABLE]: servletTag({ base, id: 'shop-1.0.0/1_running' }) };
  return spawn('sleep', ['1000'], { env: { PATH: '/usr/bin:/bin', ...env } });
}

describe('A base that is reached through a link', function () {
  this.timeout(30_000);

  it('is known by its real path', async () => {
    await withTempFolder(async (folder) => {
      const base = join(folder, 'real');
      await mkdir(join(base, 'inside'), { recursive: true });
      await writeFile(join(base, '.env'), 'port="8080"\nidentifier="shop"\n');
      await symlink('real', join(folder, 'link'));
      await symlink(join('real', 'inside', '..'), join(folder, 'roundabout'));
      for (const spelling of ['link', 'link/../link', 'real/.', 'real//', 'roundabout']) {
        const given = { base: `${folder}/${spelling}`, flags: {}, environment: {} };
        expect(loadSettings(given).settings.base, spelling).to.equal(base);
      }
    });
  });

  it('is the same base for what an earlier Vili left running, and another base is not', async () => {
    await withTempFolder(async (folder) => {
      const base = join(folder, 'real');
      await mkdir(base);
      await mkdir(join(folder, 'other'));
      await symlink('real', join(folder, 'link'));
      const [left, stranger] = [sleeper(join(folder, 'link')), sleeper(join(folder, 'other'))];
      const ends = [left, stranger].map((child) => once(child, 'exit'));
      await Promise.all([left, stranger].map((child) => once(child, 'spawn')));
      const { pidRecordFolder } = layoutOf(base, 'shop');
      try {
        const { reaped } = await reapLeftovers({ base, pidRecordFolder });
        expect(reaped.map(({ pid }) => pid)).to.deep.equal([left.pid]);
        expect([stranger.exitCode, stranger.signalCode]).to.deep.equal([null, null]);
      } finally {
        for (const child of [left, stranger]) child.kill();
        await Promise.all(ends);
      }
      expect(isTagOf(base, servletTag({ base: join(folder, 'other'), id: 'x' }))).to.equal(false);
    });
  });

  it('has one Vili, and one service after a kill', async () => {
    await withWorld({}, async (world) => {
      await withTempFolder(async (folder) => {
        const link = join(folder, 'link');
        await symlink(world.base, link);
        await world.drop('1.0.0');
        const first = new Daemon(link);
        try {
          const status = await first.serving('shop-1.0.0');
          expect(status.vili.base).to.equal(world.base);
          const second = world.start();
          expect(await second.exit()).to.deep.equal({ code: 6, signal: null });
          expect((await world.processes()).length).to.be.greaterThan(0);
        } finally {
          await first.kill();
        }
        const { running } = await world.start().serving('shop-1.0.0');
        const leaders = (await world.processes()).filter(({ tag }) => tag !== null);
        expect(leaders.map(({ identity }) => identity.pid)).to.include(running?.pid);
        expect(new Set(leaders.map(({ tag }) => tag)).size).to.equal(1);
      });
    });
  });
});
