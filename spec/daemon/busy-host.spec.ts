import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { expect } from 'chai';
import { type CatalogUsers, catalogFile, startCatalogUsers } from '../support/catalog.ts';
import type { Daemon } from '../support/daemon.ts';
import { DaemonWorld } from '../support/daemon-world.ts';

const PER_SECOND = 200;
/** Fewer once sufficed for a rejection by delays that were not testing's. */
const PAIRS = 1200;
const LIMIT_MS = 60_000;
/** When the program ends by itself, should nobody end it. */
const HOG_MS = 90_000;

describe('A daemon on a host where other programs keep all processors but one busy', function () {
  this.timeout(LIMIT_MS + 30_000);
  let world: DaemonWorld;
  let daemon: Daemon;
  let users: CatalogUsers | undefined;
  let hogs: ChildProcess[] = [];

  const endHogs = async (): Promise<void> => {
    for (const hog of hogs.splice(0)) {
      const ended = once(hog, 'exit');
      hog.kill('SIGKILL');
      await ended;
    }
  };

  before(async () => {
    world = await DaemonWorld.create({ verdict_min_requests: String(PAIRS) });
    await world.arrive('shop-1.0.0.mjs', await catalogFile());
    daemon = world.start();
    await daemon.serving('shop-1.0.0');
    users = startCatalogUsers(world.port, PER_SECOND);
    const script = `const end = Date.now() + ${HOG_MS}; while (Date.now() < end);`;
    hogs = Array.from({ length: Math.max(1, availableParallelism() - 1) }, () =>
      spawn(process.execPath, ['-e', script], { stdio: 'ignore' }),
    );
  });
  after(async () => {
    await endHogs();
    await users?.stop();
    await world.end();
  });

  it('does not reject a good version for delays that the host causes', async () => {
    await world.arrive('shop-1.0.1.mjs', await catalogFile('other-order'));
    await daemon.testing('shop-1.0.1', LIMIT_MS);
    await daemon.until(
      `${PAIRS} pairs of shop-1.0.1`,
      ({ verdict }) => (verdict?.pairs ?? 0) >= PAIRS,
      LIMIT_MS,
    );
    await endHogs();
    await daemon.recorded('promoted', 'shop-1.0.1', LIMIT_MS);
    await daemon.serving('shop-1.0.1');
    expect((await users?.stop())?.broken).to.equal(0);
  });
});
