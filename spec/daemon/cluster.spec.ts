import { expect } from 'chai';
import type { TrafficView } from '../../lib/operator/views/status-view.ts';
import { childrenNamed } from '../support/child-processes.ts';
import { isAlive } from '../support/cluster-fixture.ts';
import type { Daemon } from '../support/daemon.ts';
import { DaemonWorld } from '../support/daemon-world.ts';
import { eventually } from '../support/eventually.ts';

/** Requests of users on the connections of one proxy process when it is killed; GETs are repeated. */
const IN_FLIGHT_AT_A_KILL = 12;

describe('A daemon with two proxy processes', function () {
  this.timeout(60_000);
  let world: DaemonWorld;
  let daemon: Daemon;

  before(async () => {
    world = await DaemonWorld.create({ gate_processes: '2', hold_max: '10s', probation: '3s' });
    daemon = await world.startServing();
  });
  after(() => world.end());

  it('promotes a release while every single request of 60 a second succeeds', async () => {
    const users = world.users(60);
    const old = await daemon.serving('shop-1.0.0');
    await world.drop('1.0.1');
    await daemon.recorded('promoted', 'shop-1.0.1', 40_000);
    await daemon.recorded('archived', 'shop-1.0.0');
    expect(isAlive(old.running?.pid ?? 0), 'the old one was drained and stopped').to.equal(false);
    const after = users.versions.get('1.0.1') ?? 0;
    await daemon.until('users are on 1.0.1', () => (users.versions.get('1.0.1') ?? 0) > after + 50);
    const counts = await users.stop();
    expect(counts).to.include({ failed: 0, held: 0, lastFailure: null });
    expect([...users.versions.keys()]).to.deep.equal(['1.0.0', '1.0.1']);
    const traffic = await atRest(daemon);
    expect(traffic.received).to.equal(counts.sent + counts.retried);
    expect(traffic.mirrored).to.be.greaterThan(60);
    expect(gateProcesses(daemon)).to.have.length(2);
  });

  it('loses no more than the connections of a proxy process that is killed', async () => {
    const users = world.users(60);
    for (const killing of [1, 2]) {
      const served = users.counts().ok;
      await daemon.until(`served ${killing}`, () => users.counts().ok > served + 60);
      const [victim = 0] = gateProcesses(daemon);
      process.kill(victim, 'SIGKILL');
      await daemon.until('another one', () => {
        const pids = gateProcesses(daemon);
        return pids.length === 2 && !pids.includes(victim);
      });
    }
    const served = users.counts().ok;
    await daemon.until('served after all', () => users.counts().ok > served + 60);
    const { failed, lastFailure } = await users.stop();
    expect(failed, lastFailure ?? '').to.be.at.most(IN_FLIGHT_AT_A_KILL);
    expect(daemon.output).to.match(/proxy process \d ended \(SIGKILL\): \d+ connections of users/);
    await atRest(daemon);
  });

  it('holds requests in both processes while running restarts', async () => {
    const users = world.users(60);
    const served = users.counts().ok;
    await daemon.until('users are served', () => users.counts().ok > served + 60);
    const { running } = await daemon.serving('shop-1.0.1');
    process.kill(running?.pid ?? 0, 'SIGKILL');
    await daemon.until('it is back', (status) => {
      return status.running?.state === 'ready' && status.running.pid !== running?.pid;
    });
    const again = users.counts().ok;
    await daemon.until('users are served again', () => users.counts().ok > again + 60);
    const { failed, lastFailure } = await users.stop();
    expect(failed, lastFailure ?? '').to.be.at.most(IN_FLIGHT_AT_A_KILL);
    if (lastFailure !== null) expect(lastFailure).to.contain('status 502');
  });

  it('leaves no proxy process when it is killed itself', async () => {
    const pids = gateProcesses(daemon);
    expect(pids).to.have.length(2);
    await daemon.kill();
    await eventually('they have ended', () => !pids.some(isAlive));
    daemon = world.start();
    await daemon.serving('shop-1.0.1');
    expect(gateProcesses(daemon)).to.have.length(2);
  });

  it('lets its proxy processes end in order when it is stopped', async () => {
    const pids = gateProcesses(daemon);
    const users = world.users(60);
    await daemon.until('users are served', () => users.counts().ok > 50);
    // Every process gets the signal, as from a terminal or a service manager.
    for (const pid of pids) process.kill(pid, 'SIGTERM');
    expect(await daemon.kill('SIGTERM')).to.deep.equal({ code: 0, signal: null });
    expect(pids.filter(isAlive)).to.deep.equal([]);
    expect(daemon.output).not.to.contain('ended (');
    const { lastFailure } = await users.stop();
    // Users who come when the port is closed are turned away; no response breaks off.
    expect(lastFailure ?? 'ECONNREFUSED').to.match(/ECONNREFUSED|ECONNRESET|socket hang up/);
  });
});

// Private

/** Children of the daemon that serve users. */
function gateProcesses({ pid }: Daemon): number[] {
  return childrenNamed(pid, 'vili: proxy');
}

/** Every request is accounted for: `received = mirrored + skipped + dropped + failed`. */
async function atRest(daemon: Daemon): Promise<TrafficView> {
  const { traffic } = await daemon.until('the accounts add up', (status) => {
    const { skipped, dropped, failed, mirrored, received, inFlight } = status.traffic;
    const parts = [skipped, dropped, failed].flatMap((counts) => Object.values(counts));
    const sum = parts.reduce((total, count) => total + count, mirrored);
    return inFlight === 0 && sum === received;
  });
  return traffic;
}
