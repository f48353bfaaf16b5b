import { chmod, copyFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { writeRelease } from '../../lib/demo/release.ts';
import type { Daemon } from '../support/daemon.ts';
import { DaemonWorld, IDENTIFIER, type LiveUsers } from '../support/daemon-world.ts';
import { withTempFolder } from '../support/temp-folder.ts';

/** Longer than five times arrival.stable, after which a truncated file is reported as a problem. */
const ARRIVAL_MS = 2500;

describe('A daemon that meets bad input', function () {
  this.timeout(60_000);
  let world: DaemonWorld;
  let daemon: Daemon;
  let users: LiveUsers;

  before(async () => {
    world = await DaemonWorld.create();
    daemon = await world.startServing();
    users = world.users(40);
  });
  after(() => world.end());

  it('never starts a truncated jar, and logs why', async () => {
    const jar = Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(5000, 1)]);
    await world.write('shop-1.0.1.jar', jar);
    await daemon.until('it is reported', () =>
      daemon.output.includes('shop-1.0.1.jar is not used'),
    );
    expect(daemon.output).to.contain('zip end record is missing');
    expect((await daemon.client.status()).testing).to.equal(null);
  });

  it('tests no file whose name leads elsewhere or has control characters', async () => {
    const names = ['shop-..1.mjs', 'shop-1.0.2\n.mjs', 'shop-1.0.2\u001b[31m.mjs', 'shop-..'];
    names.push('shop-1.0.2 .mjs', 'shop-1\u0000.mjs'.replace('\u0000', '\u0001'));
    const good = await world.drop('0.9.0');
    for (const name of names) await copyFile(good, join(world.base, name));
    for (const version of ['shop-0.9.0', 'shop-..1.mjs']) await daemon.recorded('refused', version);
    await sleep(ARRIVAL_MS);
    const { running, testing } = await daemon.client.status();
    expect(running?.version).to.equal('shop-1.0.0');
    expect(testing).to.equal(null);
    const history = await daemon.client.history();
    // A name that nearly fits is declined by name; none of them is a version.
    expect(history.map(({ version }) => version)).to.have.members([
      'shop-1.0.0',
      'shop-0.9.0',
      'shop-..1.mjs',
    ]);
    const near = history.find(({ version }) => version === 'shop-..1.mjs');
    expect(near?.event).to.equal('refused');
    expect(near?.reasons.join(' ')).to.match(/^its name does not begin with "shop-"/);
  });

  it('declines another build of the running version, and serves on', async () => {
    // Made elsewhere: in the base it would be a version of its own for a moment.
    await withTempFolder(async (folder) => {
      const other = await writeRelease(folder, IDENTIFIER, { version: '1.0.9' });
      await rename(other, join(world.base, 'shop-1.0.0.mjs'));
    });
    const { reasons } = await daemon.recorded('refused', 'shop-1.0.0');
    expect(reasons.join(' ')).to.contain('shop-1.0.0 is running; give the new build a new version');
  });

  it('keeps serving when its settings file becomes invalid, which only matters at the next start', async () => {
    await world.write('.env', 'port=nonsense\n');
    await world.drop('1.1.0', { exitAtStart: 4 });
    await daemon.recorded('rejected', 'shop-1.1.0');
  });

  it('fails no request of a user meanwhile', async () => {
    const { running } = await daemon.client.status();
    expect(running).to.include({ version: 'shop-1.0.0', instance: '1_running', restarts: 0 });
    const counts = await users.stop();
    expect(counts).to.include({ failed: 0, held: 0, lastFailure: null });
    expect([...users.versions.keys()]).to.deep.equal(['1.0.0']);
  });
});

describe('A daemon that has no port left for a test', function () {
  this.timeout(60_000);
  let world: DaemonWorld;
  after(() => world.end());

  it('names who holds the ports, serves on, and begins the test when a port is free', async () => {
    world = await DaemonWorld.create();
    const { from } = world.ports;
    await world.configure({ port_range: `${from}-${from + 1}` });
    const daemon = await world.startServing();
    const { running } = await daemon.client.status();
    const other = running?.port === from ? from + 1 : from;
    const stranger = createServer().listen(other, '127.0.0.1');
    try {
      const users = world.users(40);
      await world.drop('1.0.1');
      await daemon.until('it is reported', () =>
        daemon.output.includes('no free port in port_range'),
      );
      expect(daemon.output).to.match(new RegExp(`${other} held by \\w+ \\(pid ${process.pid}\\)`));
      stranger.close();
      await daemon.testing('shop-1.0.1');
      expect(await users.stop()).to.include({ failed: 0, held: 0 });
    } finally {
      stranger.close();
    }
  });
});

describe('A daemon whose properties file cannot be read', function () {
  this.timeout(60_000);
  let world: DaemonWorld;
  after(() => world.end());

  it('names the file, keeps serving, and tests once the file is back', async () => {
    world = await DaemonWorld.create({ properties_file_name: 'shop.properties' });
    await world.write('shop.properties', 'a=b\n');
    const daemon = await world.startServing();
    const users = world.users(40);
    // A folder in place of the file cannot be read by anybody, root included.
    await rename(join(world.base, 'shop.properties'), join(world.base, 'aside'));
    await world.drop('1.0.1');
    await daemon.until('it is reported', () => daemon.output.includes('cannot read'));
    expect(daemon.output).to.contain('shop.properties (properties_file_name)');
    await writeFile(join(world.base, 'shop.properties'), 'a=c\n');
    await chmod(join(world.base, 'shop.properties'), 0o600);
    await daemon.testing('shop-1.0.1');
    expect(await users.stop()).to.include({ failed: 0, held: 0 });
  });
});
