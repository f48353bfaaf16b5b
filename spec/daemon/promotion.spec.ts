import { readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { readZip } from '../../lib/archive/zip/reader.ts';
import { listingOf } from '../support/base-listing.ts';
import type { Daemon } from '../support/daemon.ts';
import { DaemonWorld, type LiveUsers } from '../support/daemon-world.ts';

const PROPERTIES = 'server.port=1\nname=Grüße\n';

describe('A daemon that is given a good release', function () {
  this.timeout(60_000);
  let world: DaemonWorld;
  let daemon: Daemon;
  let users: LiveUsers;

  before(async () => {
    world = await DaemonWorld.create({
      log_dir: 'logs_vili',
      properties_file_name: 'local_override.properties',
      port_identifier: 'server.port',
      probation: '3s',
    });
    await world.write('local_override.properties', PROPERTIES);
    await world.write('authorization.properties', 'user.jane=secret\n');
    daemon = await world.startServing();
    users = world.users(40);
  });
  after(() => world.end());

  it('tests the release beside the running one, with an instance, properties and links of its own', async () => {
    await world.drop('1.0.1');
    const { testing, running, previous } = await daemon.testing('shop-1.0.1');
    expect(testing?.instance).to.equal('1_test');
    expect(running).to.include({ version: 'shop-1.0.0', instance: '1_running', restarts: 0 });
    expect(previous).to.equal(null);
    expect(await world.links()).to.deep.equal({
      'shop-running': 'shop-1.0.0',
      'shop-test': 'shop-1.0.1',
      'logs_shop-running': 'shop-1.0.0/1_running/logs',
      'logs_shop-test': 'shop-1.0.1/1_test/logs',
    });
    const copy = join(world.base, 'shop-1.0.1/1_test/local_override.properties');
    expect(await readFile(copy, 'utf8')).to.equal(
      '# This is a copied and modified propertie file.\n# Modifications are done by Vili\n' +
        `vili.test=true\nserver.port=${testing?.port}\nname=Grüße\n`,
    );
    const pid = await readFile(join(world.base, 'shop-1.0.1/1_test/pid'), 'utf8');
    expect(Number(pid)).to.equal(testing?.pid);
    const stdOut = await readFile(join(world.base, 'shop-1.0.1/1_test/stdOut'), 'utf8');
    expect(stdOut).to.equal(`shop 1.0.1 listens on port ${testing?.port}\n`);
  });

  it('promotes the release with reasons while every single request of 40 a second succeeds', async () => {
    const promoted = await daemon.recorded('promoted', 'shop-1.0.1', 40_000);
    expect(promoted.by).to.equal('vili');
    expect(promoted.reasons.join(' ')).to.match(/as well as running in [\d,]+ requests/);
    const { running, previous, testing, phase } = await daemon.serving('shop-1.0.1');
    expect(phase).to.equal('probation');
    expect(running).to.include({ instance: '2_running', state: 'ready', restarts: 0 });
    expect(previous).to.include({ version: 'shop-1.0.0', instance: '1_running', state: 'ready' });
    expect(testing).to.equal(null);
    expect(await readlink(join(world.base, 'shop-1.0.1/current'))).to.match(/2_running$/);
    expect(await world.links()).to.deep.equal({
      'shop-running': 'shop-1.0.1',
      'logs_shop-running': 'shop-1.0.1/2_running/logs',
    });
  });

  it('archives the previous version after the probation, and responds all that time', async () => {
    await daemon.recorded('archived', 'shop-1.0.0');
    const after = users.versions.get('1.0.1') ?? 0;
    await daemon.until('users are on 1.0.1', () => (users.versions.get('1.0.1') ?? 0) > after + 20);
    const counts = await users.stop();
    expect(counts).to.include({ failed: 0, held: 0, lastFailure: null });
    expect(counts.ok).to.equal(counts.sent);
    expect([...users.versions.keys()]).to.deep.equal(['1.0.0', '1.0.1']);
    const { traffic, phase, previous, archive } = await daemon.until(
      'all is at rest',
      (status) => status.traffic.inFlight === 0,
    );
    expect({ phase, previous }).to.deep.equal({ phase: 'steady', previous: null });
    expect(archive.count).to.equal(1);
    expect(traffic.received).to.equal(counts.sent + counts.retried);
    const parts = [traffic.skipped, traffic.dropped, traffic.failed].flatMap(Object.values);
    expect(parts.reduce((sum, count) => sum + count, traffic.mirrored)).to.equal(traffic.received);
  });

  it('leaves exactly the promised files in the base folder', async () => {
    // Which responses are kept as samples, and under which names, is not known beforehand.
    const listing = (await listingOf(world.base)).filter((line) => !line.includes('/samples'));
    expect(listing).to.deep.equal([
      'f .env',
      'd .vili',
      'd archive',
      'f archive/shop-1.0.0.zip',
      'f authorization.properties',
      'f local_override.properties',
      'l logs_shop-running -> shop-1.0.1/2_running/logs',
      'd logs_vili',
      'd logs_vili/json',
      'f logs_vili/json/vili.log',
      'f logs_vili/vili.log',
      'f shop-1.0.0.mjs',
      'd shop-1.0.1',
      'f shop-1.0.1.mjs',
      ...instanceListing('shop-1.0.1/1_test'),
      ...instanceListing('shop-1.0.1/2_running'),
      'l shop-1.0.1/current -> shop-1.0.1/2_running',
      'f shop-1.0.1/evidence.json',
      'l shop-1.0.1/logs -> shop-1.0.1/2_running/logs',
      'f shop-1.0.1/report.json',
      'f shop-1.0.1/report.md',
      'f shop-1.0.1/shop-1.0.1.mjs',
      'l shop-running -> shop-1.0.1',
    ]);
  });

  it('keeps everything in the archive that the version folder held', async () => {
    const names: string[] = [];
    const zip = join(world.base, 'archive/shop-1.0.0.zip');
    await readZip(zip, new AbortController().signal, async ({ name }) => void names.push(name));
    expect(names).to.include.members([
      'shop-1.0.0.mjs',
      '1_running/logs/json/shop.log',
      '1_running/local_override.properties',
      '1_running/pid',
      '1_running/role',
      '1_running/stdOut',
      '1_running/stdErr',
      'current',
    ]);
  });
});

// Private

function instanceListing(folder: string): string[] {
  return [
    `d ${folder}`,
    `f ${folder}/authorization.properties`,
    `f ${folder}/local_override.properties`,
    `d ${folder}/logs`,
    `d ${folder}/logs/json`,
    `f ${folder}/logs/json/shop.log`,
    `f ${folder}/pid`,
    `f ${folder}/role`,
    `l ${folder}/shop.mjs -> shop-1.0.1/shop-1.0.1.mjs`,
    `f ${folder}/stdErr`,
    `f ${folder}/stdOut`,
  ];
}
