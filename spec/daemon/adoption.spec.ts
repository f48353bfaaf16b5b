import { copyFile, mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { listingOf } from '../support/base-listing.ts';
import { type DaemonWorld, withWorld } from '../support/daemon-world.ts';

const LISTING = fileURLToPath(
  new URL('../../../spec/fixtures/go-vili-layout.txt', import.meta.url),
);

describe('A daemon on a base that the Go program left', function () {
  this.timeout(60_000);

  it('adopts running and testing by their links, and neither renames nor removes anything', async () => {
    await withWorld({ verdict_mode: 'manual' }, async (world) => {
      const left = await leave(world, 'B');
      const daemon = world.start();
      const { running } = await daemon.serving('shop-1.0.0');
      expect(running?.instance).to.equal('1_running');
      const { testing } = await daemon.testing('shop-1.0.1');
      expect(testing?.instance).to.equal('1_test');
      const history = await daemon.client.history();
      const adopted = history.filter(({ event }) => event === 'adopted');
      expect(adopted.map(({ version }) => version)).to.deep.equal(['shop-1.0.0', 'shop-1.0.1']);
      const users = world.users(40);
      await daemon.until('pairs', ({ verdict }) => (verdict?.pairs ?? 0) > 20);
      expect(await users.stop()).to.include({ failed: 0 });
      const now = await listingOf(world.base);
      const moved = /current|logs$|logs_shop|shop-(running|test) ->/;
      expect(now).to.include.members(left.filter((line) => !moved.test(line)));
    });
  });

  it('tests nothing when the test link is the running link, and writes readable archives', async () => {
    await withWorld({}, async (world) => {
      await leave(world, 'C');
      const daemon = world.start();
      await daemon.serving('shop-1.0.1');
      expect(daemon.output).to.match(/shop-test points to the running version/);
      expect(daemon.output).to.match(/shop-1\.0\.0\.zip is empty/);
      expect((await daemon.client.status()).testing).to.equal(null);
      const users = world.users(40);
      await world.drop('1.0.2');
      await daemon.testing('shop-1.0.2');
      expect((await world.links())['shop-test']).to.equal('shop-1.0.2');
      expect(await users.stop()).to.include({ failed: 0 });
    });
  });
});

// Private

/** Builds a snapshot of the listing, with real releases of the demo service as server files. */
async function leave(world: DaemonWorld, snapshot: 'B' | 'C'): Promise<string[]> {
  const text = await readFile(LISTING, 'utf8');
  const start = text.indexOf(`--- snapshot ${snapshot}`);
  const end = text.indexOf('--- snapshot', start + 1);
  const lines = text.slice(start, end === -1 ? undefined : end).split('\n');
  for (const version of ['1.0.0', '1.0.1']) await world.drop(version);
  for (const line of lines) {
    const [, kind, rawPath = '', , target = ''] = /^([dfl]) ([^ ]+)( -> (.*))?$/.exec(line) ?? [];
    const path = renamed(rawPath);
    const full = join(world.base, path);
    if (kind === undefined || path === '.env' || path.startsWith('logs_vili')) continue;
    await mkdir(dirname(full), { recursive: true });
    const release = /shop-[\d.]+\.mjs$/.exec(path)?.[0];
    if (kind === 'd') await mkdir(full, { recursive: true });
    else if (kind === 'l') {
      await rm(full, { force: true });
      await symlink(renamed(target).replace('BASE', world.base), full);
    } else if (release === undefined)
      await world.write(path, path.endsWith('/pid') ? '999999' : '');
    else if (path !== release) await copyFile(join(world.base, release), full);
  }
  return await listingOf(world.base);
}

function renamed(path: string): string {
  return path.replaceAll('demosvc', 'shop').replaceAll('.jar', '.mjs');
}
