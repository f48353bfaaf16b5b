import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { StatusView } from '../../lib/operator/views/status-view.ts';
import { NpmClient } from '../soak/app/npm-client.ts';
import { dropStartScript, execLine } from '../soak/app/start-script.ts';
import { accountsAtRest, imbalanceOf } from '../soak/kit/accounts.ts';
import type { Daemon } from '../support/daemon.ts';
import { withWorld } from '../support/daemon-world.ts';
import { withTempFolder } from '../support/temp-folder.ts';

const REGISTRY = fileURLToPath(
  new URL('../../../spec/fixtures/soak/registry.mjs', import.meta.url),
);
const SETTINGS = { identifier: 'registry', readiness_path: '/-/ping', probation: '0s' };

const PAIRS = 5;
const MAX_ROUNDS = 10;

const isCompared = ({ verdict }: StatusView): boolean => (verdict?.pairs ?? 0) >= PAIRS;

/** Has the client work until some of its requests were compared. */
async function copiesCompared(daemon: Daemon, client: NpmClient): Promise<StatusView> {
  for (let round = 1; round < MAX_ROUNDS; round++) {
    await client.work();
    const status = await daemon.client.status();
    if (isCompared(status)) return status;
  }
  return daemon.until('copies are compared', isCompared);
}

/** The short form of `npm run soak:app`, with a small registry that need not be fetched first. */
describe('A daemon in front of a package registry', function () {
  this.timeout(120_000);

  it('lets npm publish, view and install while another release is tested and promoted', async () => {
    await withTempFolder(async (folder) => {
      await withWorld(SETTINGS, async (world) => {
        const drop = (version: string): Promise<string> =>
          dropStartScript(world.base, {
            identifier: 'registry',
            version,
            lines: [execLine([process.execPath, REGISTRY, join(folder, 'store')])],
          });
        const daemon = world.start();
        await daemon.serving(await drop('1.0.0'));
        const client = new NpmClient(join(folder, 'npm'), world.port, 2);
        await client.begin();
        const next = await drop('1.0.1');
        await daemon.testing(next);
        // What only running was told to write is not compared until it is known that both share the store.
        const { verdict } = await copiesCompared(daemon, client);
        // What was published meanwhile is not copied: that is told, and is no fault of the release.
        const against = verdict?.reasons.filter(({ code }) => code !== 'own-state');
        expect(against, 'held against a release that is the same').to.deep.equal([]);
        // Users continue during the promotion.
        const work = client.work();
        await daemon.client.promote({ version: next, by: 'spec', reason: 'seen enough' });
        await daemon.serving(next);
        await work;
        expect(client.counts().failures).to.deep.equal([]);
        expect(imbalanceOf(await accountsAtRest(daemon))).to.equal(0);
      });
    });
  });
});
