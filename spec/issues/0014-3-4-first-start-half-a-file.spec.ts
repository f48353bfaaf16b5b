import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { newestSettled } from '../../lib/base/arrival/settled.ts';
import { release, World } from '../lib/deployment/world.ts';
import { type DaemonWorld, withWorld } from '../support/daemon-world.ts';
import { withTempFolder } from '../support/temp-folder.ts';

const STABLE_MS = 200;
const settled = (base: string): ReturnType<typeof newestSettled> =>
  newestSettled({ base, identifier: 'shop', stableMs: STABLE_MS, pollMs: 20 });

/** Writes a file in pieces, each well before the one before it counts as stable. */
async function writeSlowly(path: string, content: Buffer, pieces: number): Promise<void> {
  const size = Math.ceil(content.length / pieces);
  for (let at = 0; at < content.length; at += size) {
    await appendFile(path, content.subarray(at, at + size));
    await sleep(STABLE_MS / 4);
  }
}

async function demoFile(world: DaemonWorld): Promise<{ path: string; content: Buffer }> {
  const path = await world.drop('1.0.0');
  const content = await readFile(path);
  await rename(path, join(world.base, 'whole'));
  return { path, content };
}

describe('The newest server file at the first start', () => {
  it('is none that is still being written, whatever its type', async () => {
    for (const name of ['shop-2.0.0.mjs', 'shop-2.0.0.py', 'shop-2.0.0.jar']) {
      await withTempFolder(async (base) => {
        await writeFile(join(base, 'shop-1.0.0.mjs'), 'old');
        const writing = writeSlowly(join(base, name), Buffer.alloc(1000, 'x'), 12);
        expect((await settled(base))?.fileName, name).to.equal('shop-1.0.0.mjs');
        await writing;
      });
    }
  });

  it('is the newest of several that have just been copied', async () => {
    await withTempFolder(async (base) => {
      for (const version of ['1.0.0', '1.2.0', '1.1.0']) {
        await writeFile(join(base, `shop-${version}.mjs`), version);
      }
      expect((await settled(base))?.fileName).to.equal('shop-1.2.0.mjs');
    });
  });

  it('is there at once when nobody has written it for a while, and not in an empty base', async () => {
    await withTempFolder(async (base) => {
      expect(await settled(base)).to.equal(null);
      await writeFile(join(base, 'shop-1.0.0.mjs'), 'old');
      await sleep(STABLE_MS + 20);
      const began = performance.now();
      expect((await settled(base))?.fileName).to.equal('shop-1.0.0.mjs');
      expect(performance.now() - began).to.be.lessThan(STABLE_MS);
    });
  });
});

describe('The first version of all', function () {
  this.timeout(30_000);

  it('is taken once it is whole, when Vili starts while it is written', async () => {
    await withWorld({ arrival_stable: `${STABLE_MS}ms`, arrival_poll: '20ms' }, async (world) => {
      const { path, content } = await demoFile(world);
      await writeFile(path, content.subarray(0, 100));
      const daemon = world.start();
      for (let at = 100, isUp = false; !isUp && at < content.length / 2; at += 1) {
        await appendFile(path, content.subarray(at, at + 1));
        await sleep(STABLE_MS / 8);
        isUp = await daemon.client.status().then(
          () => true,
          () => false,
        );
        if (isUp) await appendFile(path, content.subarray(at + 1));
      }
      await daemon.serving('shop-1.0.0');
      const history = await daemon.client.history();
      expect(history.map(({ event }) => event)).not.to.include.members(['refused']);
      expect(history.map(({ event }) => event)).not.to.include.members(['crashed']);
    });
  });

  it('is taken again when its file is completed before it ever served', async () => {
    await withWorld({ arrival_stable: `${STABLE_MS}ms`, arrival_poll: '20ms' }, async (world) => {
      const { path, content } = await demoFile(world);
      await writeFile(path, content.subarray(0, content.length / 2));
      const daemon = world.start();
      await daemon.recorded('crashed', 'shop-1.0.0');
      await appendFile(path, content.subarray(content.length / 2));
      await daemon.serving('shop-1.0.0');
      const history = await daemon.client.history();
      expect(history.map(({ event }) => event)).not.to.include.members(['refused']);
    });
  });

  it('is left alone once it has served, and after a restart of Vili', () => {
    const world = new World();
    world.drop(1, 1);
    world.pending.length = 0;
    world.boot();
    world.pending.length = 0;
    world.tell({ type: 'arrived', release: release(1, 2), foundAtStart: false });
    expect(world.state.running?.release.fingerprint).to.equal(release(1, 2).fingerprint);
    world.settle();
    expect(world.state.running?.phase).to.equal('ready');
    for (const isRestarted of [false, true]) {
      if (isRestarted) world.boot();
      world.tell({ type: 'arrived', release: release(1, 3), foundAtStart: false });
      expect(world.state.running?.release.fingerprint).to.equal(release(1, 2).fingerprint);
      expect(world.history.at(-1)?.event).to.equal('refused');
    }
  });
});
