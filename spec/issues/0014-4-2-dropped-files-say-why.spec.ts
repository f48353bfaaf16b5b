import { copyFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { nearMissOf } from '../../lib/base/names/near-miss.ts';
import { withWorld } from '../support/daemon-world.ts';

describe('Issue 14, 4.2: a dropped file that is not looked at says why', () => {
  it('knows a name that nearly fits, and the right one', () => {
    const names: Readonly<Record<string, string>> = {
      'Inventory-1.5.0.jar': 'inventory-1.5.0.jar',
      'inventory_1.5.0.jar': 'inventory-1.5.0.jar',
      'inventory1.5.0.jar': 'inventory-1.5.0.jar',
      'inventory-v1.5.0.jar': 'inventory-1.5.0.jar',
      'inventroy-1.5.0.jar': 'inventory-1.5.0.jar',
      'inventor-1.5.0-rc.1.JAR': 'inventory-1.5.0-rc.1.jar',
      'inventory.1.5.0.py': 'inventory-1.5.0.py',
    };
    for (const [name, right] of Object.entries(names)) {
      expect(nearMissOf('inventory', name), name).to.contain(`; ${right} would be looked at`);
    }
    expect(nearMissOf('inventory', 'inventory.jar')).to.contain('its name has no version');
    expect(nearMissOf('my-3-app', 'my3app-2.0.jar')).to.contain('my-3-app-2.0.jar');
  });

  it('says nothing of what is no server of this service', () => {
    const others = [
      'inventory-1.5.0.jar',
      'inventory-agent-1.0.jar',
      'inventory2-1.0.jar',
      'invoice-1.0.jar',
      'inventory-1.5.0-sources.jar',
      'Inventory-1.5.0.jar.part',
      'inventory_1.5.0.zip',
      'notes.txt',
      'start.py',
    ];
    for (const name of others) expect(nearMissOf('inventory', name), name).to.equal(null);
    expect(nearMissOf('app', 'api-1.0.jar')).to.equal(null);
  });

  it('is told in log and history, once, and not again at the next start', async function () {
    this.timeout(90_000);
    await withWorld({ verdict_mode: 'manual', probation: '1s' }, async (world) => {
      const daemon = await world.startServing();
      const first = await world.drop('1.0.1', { startupDelayMs: 1 });
      await daemon.testing('shop-1.0.1');
      await world.vili('reject', '1.0.1', '--yes');
      await daemon.recorded('rejected', 'shop-1.0.1');

      await copyFile(first, join(world.base, 'shop-1.0.2.mjs'));
      const same = await daemon.recorded('refused', 'shop-1.0.2');
      expect(same.reasons[0]).to.contain('the same content as shop-1.0.1 that was rejected');
      expect(same.reasons[0]).to.contain('vili retest 1.0.2');
      await utimes(first, new Date(), new Date());
      const touched = await daemon.recorded('refused', 'shop-1.0.1');
      expect(touched.reasons[0]).to.contain('vili retest 1.0.1');
      await world.drop('0.9.0');
      const old = await daemon.recorded('refused', 'shop-0.9.0');
      expect(old.reasons[0]).to.contain('not newer than shop-1.0.0, which is running');
      await world.arrive('Shop-2.0.0.mjs', '//');
      const near = await daemon.recorded('refused', 'Shop-2.0.0.mjs');
      expect(near.reasons[0]).to.contain('shop-2.0.0.mjs would be looked at');
      expect(daemon.output).to.contain('shop-2.0.0.mjs would be looked at');
      expect(daemon.output).to.contain('vili retest 1.0.2');

      const before = (await daemon.client.history()).filter(({ event }) => event === 'refused');
      await daemon.kill('SIGTERM');
      const again = world.start();
      await again.serving('shop-1.0.0');
      await again.until('the files are read again', () => again.output.includes('Shop-2.0.0.mjs'));
      const after = (await again.client.history()).filter(({ event }) => event === 'refused');
      expect(after).to.deep.equal(before);
    });
  });

  it('is superseded, not rejected, when a newer version takes its place', async function () {
    this.timeout(60_000);
    await withWorld({ verdict_mode: 'manual' }, async (world) => {
      const daemon = await world.startServing();
      await world.drop('1.0.1');
      await daemon.testing('shop-1.0.1');
      await world.drop('1.0.2');
      const { reasons } = await daemon.recorded('superseded', 'shop-1.0.1');
      expect(reasons[0]).to.equal('shop-1.0.2 arrived and took its place in the test');
      const history = await daemon.client.history();
      expect(history.some(({ event }) => event === 'rejected')).to.equal(false);
      expect((await world.vili('history')).stdout).to.match(/superseded +shop-1\.0\.1/);

      await daemon.testing('shop-1.0.2');
      expect((await world.vili('reject', '--yes')).code).to.equal(0);
      await daemon.recorded('rejected', 'shop-1.0.2');
      const again = await world.vili('retest', '1.0.1', '--yes');
      expect(again.stdout + again.stderr).to.contain('shop-1.0.1');
      expect(again.code).to.equal(0);
      await daemon.testing('shop-1.0.1');
    });
  });
});
