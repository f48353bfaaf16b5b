import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Daemon } from '../../support/daemon.ts';
import { DaemonWorld } from '../../support/daemon-world.ts';
import { freePort } from '../../support/ports.ts';

const CHANGED = { changedType: { endpoint: 'GET /items/{id}', field: 'price' } };

describe('What a daemon knows of every version', function () {
  this.timeout(180_000);
  let world: DaemonWorld;
  let daemon: Daemon;
  let url: string;

  before(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}/v1`;
    world = await DaemonWorld.create({ admin_listen: `127.0.0.1:${port}` });
    daemon = await world.startServing();
    world.users(100);
    await world.drop('1.1.0', CHANGED);
    await daemon.recorded('rejected', 'shop-1.1.0', 60_000);
  });
  after(() => world.end());

  it('is what became of it, why, by whom, and where it is, for strangers of this host, too', async () => {
    const response = await fetch(`${url}/versions`);
    expect(response.status).to.equal(200);
    const { versions } = (await response.json()) as Awaited<
      ReturnType<typeof daemon.client.versions>
    >;
    const [rejected, running] = versions;
    expect(rejected).to.include({
      version: 'shop-1.1.0',
      state: 'rejected',
      by: 'vili',
      hasReport: true,
      where: 'folder',
    });
    expect(rejected?.reasons[0]).to.contain('$.price');
    expect(running).to.include({ version: 'shop-1.0.0', state: 'running', hasReport: false });
    expect(Date.parse(rejected?.arrivedAt ?? '')).to.be.above(Date.parse(running?.arrivedAt ?? ''));
  });

  it('are its samples without bodies, and each whole with what is ignored and why', async () => {
    expect((await fetch(`${url}/samples`)).status).to.equal(401);
    const { version, samples } = await daemon.client.samples({ version: '1.1.0' });
    expect(version).to.equal('shop-1.1.0');
    const [found] = samples.filter(({ key }) => key.includes('$.price'));
    expect(found).to.include({ method: 'GET', endpoint: 'GET /items/{id}' });
    expect(found?.running.status).to.equal(200);
    expect(found).to.not.have.property('request');
    const sample = await daemon.client.sample({ sample: found?.id ?? '', version });
    expect(sample.running.body?.text).to.contain('price');
    const noise = sample.ignored.map(({ path, reason }) => `${path} ${reason}`);
    expect(noise, 'times differ by themselves').to.include('$.servedAt noise');
  });

  it('are the log lines of one request in both logs', async () => {
    const { samples } = await daemon.client.samples({ version: '1.1.0' });
    const requestId = samples[0]?.requestId ?? '';
    expect(requestId).to.not.equal('');
    const { lines } = await daemon.client.logs({ of: 'running', requestId });
    expect(lines.length).to.be.at.least(1);
    for (const line of lines) expect(line).to.include({ requestId, level: 'info' });
    const { lines: all } = await daemon.client.logs({ of: 'running' });
    expect(all.length).to.be.above(lines.length);
  });

  it('is in its archive once it has left', async () => {
    await world.drop('1.2.0');
    await daemon.recorded('archived', 'shop-1.1.0', 60_000);
    const { versions } = await daemon.client.versions();
    const found = versions.find(({ version }) => version === 'shop-1.1.0');
    expect(found).to.include({ state: 'rejected', where: 'archive', hasReport: true });
    expect((await daemon.client.report({ version: '1.1.0' }))?.verdict).to.equal('rejected');
    expect((await daemon.client.evidence({ version: '1.1.0' }))?.points.pairs.at(-1)).to.be.above(
      0,
    );
    expect((await daemon.client.samples({ version: '1.1.0' })).samples).to.not.have.lengthOf(0);
    await rm(join(world.base, 'archive', 'shop-1.1.0.zip'));
    const gone = (await daemon.client.versions()).versions.find(
      (it) => it.version === 'shop-1.1.0',
    );
    expect(gone).to.include({ state: 'rejected', where: null, hasReport: false });
  });
});
