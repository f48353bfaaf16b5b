import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Sample, SampleSignal } from '../../lib/compare/sample/sample.ts';
import type { HistoryEntry } from '../../lib/model/history.ts';
import type { DifferencesView } from '../../lib/operator/views/evidence-view.ts';
import type { Daemon } from '../support/daemon.ts';
import { DaemonWorld, type LiveUsers } from '../support/daemon-world.ts';

const AUDIT = 'cannot write the audit record';

/** What both logged around a pair that shows this, as one text each. */
async function logsOfSample(world: DaemonWorld, version: string, signal: SampleSignal) {
  const found = await world.vili('diff', version, '--json');
  const { endpoints } = JSON.parse(found.stdout) as DifferencesView;
  const [line] = endpoints.flatMap(({ samples }) => samples.filter((it) => it.signal === signal));
  const { stdout } = await world.vili('diff', version, '--sample', line?.id ?? 'none', '--json');
  const { logs } = JSON.parse(stdout) as Sample;
  const textOf = (side: 'running' | 'testing'): string =>
    (logs?.[side].lines ?? []).map(({ text }) => text).join('\n');
  return { running: textOf('running'), testing: textOf('testing') };
}

describe('A daemon that is given a bad release', function () {
  this.timeout(60_000);
  let world: DaemonWorld;
  let daemon: Daemon;
  let users: LiveUsers;

  before(async () => {
    world = await DaemonWorld.create({
      restart_testing_max: '1',
      // Nothing here may be promoted before there is evidence against it.
      verdict_margin: '0.2%',
      // None of them is slow, but another spec may run beside this one.
      verdict_speed: 'report',
    });
    daemon = await world.startServing();
    users = world.users(100);
  });
  after(() => world.end());

  it('rejects a release that responds 500 to 5 % of the requests, naming the endpoint', async () => {
    await world.drop('1.1.0', { errors: { endpoint: 'GET /items/{id}', share: 0.05 } });
    const { reasons } = await daemon.recorded('rejected', 'shop-1.1.0', 40_000);
    expect(reasons[0]).to.contain('GET /items/{id}').and.contain('500');
    const logs = await logsOfSample(world, 'shop-1.1.0', 'errors');
    expect(logs.running).to.match(/GET \/items\/\d+ 200 in/);
    expect(logs.testing).to.match(/GET \/items\/\d+ 500 in/);
  });

  it('rejects a release that lacks a route, naming it', async () => {
    await world.drop('1.2.0', { missingRoute: 'GET /search' });
    const { reasons } = await daemon.recorded('rejected', 'shop-1.2.0', 40_000);
    expect(reasons[0]).to.contain('GET /search').and.contain('404');
  });

  it('rejects a release with a field of another type, naming the field', async () => {
    const changedType = { endpoint: 'GET /items/{id}', field: 'price' };
    await world.drop('1.3.0', { changedType });
    const { reasons } = await daemon.recorded('rejected', 'shop-1.3.0', 40_000);
    expect(reasons[0]).to.contain('GET /items/{id}').and.contain('price');
  });

  it('rejects a release that logs errors, naming level and text', async () => {
    await world.drop('1.4.0', { errorLogs: { share: 0.1, message: AUDIT } });
    const { reasons } = await daemon.recorded('rejected', 'shop-1.4.0', 40_000);
    expect(reasons.join(' ')).to.contain('ERROR').and.contain(AUDIT);
  });

  it('rejects a release that exits at its start, naming the code', async () => {
    await world.drop('1.5.0', { exitAtStart: 3 });
    const { reasons } = await daemon.recorded('rejected', 'shop-1.5.0', 40_000);
    expect(reasons[0]).to.contain('exited with code 3');
  });

  it('records every rejection in the history and keeps only the last folder', async () => {
    await daemon.recorded('archived', 'shop-1.4.0');
    expect(await readdir(join(world.base, '.vili/evidence'))).to.deep.equal([]);
    const { code, stdout } = await world.vili('history', '--json');
    expect(code).to.equal(0);
    const rejected = (JSON.parse(stdout) as HistoryEntry[]).filter(
      ({ event }) => event === 'rejected',
    );
    expect(rejected.map(({ version, by }) => `${version} by ${by}`)).to.deep.equal(
      [1, 2, 3, 4, 5].map((minor) => `shop-1.${minor}.0 by vili`),
    );
    const { running, testing, phase } = await daemon.client.status();
    expect(running).to.include({ version: 'shop-1.0.0', instance: '1_running', restarts: 0 });
    expect({ testing, phase }).to.deep.equal({ testing: null, phase: 'steady' });
    expect(await world.links()).to.deep.equal({
      'shop-running': 'shop-1.0.0',
      'logs_shop-running': 'shop-1.0.0/1_running/logs',
    });
  });

  it('shows a rejected release in the trace, from its arrival to its archive', async () => {
    const { code, stdout } = await world.vili('trace', '--id', 'shop-1.4.0', '--json');
    expect(code).to.equal(0);
    const records = JSON.parse(stdout) as readonly { to: string; type: string }[];
    const way = records.map(({ to, type }) => `${to} ${type}`);
    const stations = [
      '/vili/deployer arrived',
      '/vili/deployer/version-shop-1.4.0 stage',
      '/vili/deployer/version-shop-1.4.0 start',
      '/vili/deployer servlet-ready',
      '/vili/deployer/version-shop-1.4.0 link',
      '/vili/comparator evaluate',
      '/vili/traffic-mirror mirror',
      '/vili/deployer verdict',
      '/vili/deployer/version-shop-1.4.0 stop',
      '/vili/deployer/version-shop-1.4.0 retire',
      '/vili/archivist archive',
      '/vili/deployer archived',
    ];
    let at = -1;
    for (const station of stations) {
      at = way.indexOf(station, at + 1);
      expect(at, `${station} in its turn in\n${way.join('\n')}`).to.be.at.least(0);
    }
  });

  it('tests a rejected release again when asked for by name, as often as it is rejected', async () => {
    const again = await world.vili('retest', 'shop-1.2.0', '--yes');
    expect(again.stdout).to.contain('shop-1.2.0 is tested afresh');
    await daemon.until('it is rejected again', async () => {
      const history = await daemon.client.history();
      const events = history.filter(({ version }) => version === 'shop-1.2.0');
      return events.filter(({ event }) => event === 'rejected').length === 2;
    });
    const unknown = await world.vili('retest', 'shop-9.9.9', '--yes');
    expect(unknown.code).to.equal(6);
    expect(unknown.stderr).to.contain('the file of shop-9.9.9 is not in the base');
  });

  it('keeps every rejected release from users', async () => {
    const counts = await users.stop();
    expect(counts).to.include({ failed: 0, held: 0, lastFailure: null });
    expect([...users.versions]).to.deep.equal([['1.0.0', counts.ok]]);
    const log = await readFile(join(world.base, 'shop-1.0.0/1_running/logs/json/shop.log'), 'utf8');
    expect(log).to.not.contain(AUDIT);
  });
});
