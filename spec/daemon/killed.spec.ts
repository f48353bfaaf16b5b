import { existsSync } from 'node:fs';
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { SavedEndpoint } from '../../lib/compare/noise/saved.ts';
import type { Saved } from '../../lib/evaluation/checkpoint/saved.ts';
import type { Daemon } from '../support/daemon.ts';
import { DaemonWorld } from '../support/daemon-world.ts';

const STUBBORN = { ignoreSigterm: true, ignoreSighup: true };
/** Enough for a verdict within seconds, but not before a minute: the test must outlive the kill. */
const LONG_TEST = { verdict_min_time: '1m', verdict_min_requests: '1000' };

describe('A daemon that is killed', function () {
  this.timeout(60_000);
  let world: DaemonWorld;

  beforeEach(async () => {
    world = await DaemonWorld.create(LONG_TEST);
  });
  afterEach(() => world.end());

  it('ends every earlier process at its next start and continues service and test', async () => {
    // Slower than the other version, so that after the kill testing is ready before running.
    const first = await world.startServing({}, { ...STUBBORN, startupDelayMs: 1000 });
    const users = world.users(60);
    await world.drop('1.0.1', STUBBORN);
    const before = await first.testing('shop-1.0.1');
    const { verdict } = await first.until('pairs', (it) => (it.verdict?.pairs ?? 0) >= 100);
    await users.stop();
    // One checkpoint a second.
    await first.until('a checkpoint', () => existsSync(evidenceOf(world, 'shop-1.0.1')));
    const old = await killWithPairs(first);
    const left = await world.processes();
    expect(left.map(({ identity }) => identity.pid)).to.include.members([
      before.running?.pid,
      before.testing?.pid,
    ]);
    const second = world.start();
    await second.serving('shop-1.0.0');
    const after = await second.testing('shop-1.0.1');
    expect(after.verdict?.pairs)
      .to.be.at.least(old)
      .and.at.least(verdict?.pairs ?? 1);
    expect(after.running?.instance).to.equal('2_running');
    expect(after.testing?.instance).to.equal('2_test');
    const alive = (await world.processes()).map(({ identity }) => identity.pid);
    expect(alive).to.have.members([after.running?.pid, after.testing?.pid]);
    const again = world.users(60);
    await second.until('evidence grows', (it) => (it.verdict?.pairs ?? 0) > old + 50);
    expect(await again.stop()).to.include({ failed: 0 });
  });

  it('reaches the same verdicts as without a kill, with all evidence but that of the last second', async () => {
    // Confirmation takes long enough for the kill to come before the rejection.
    const confirm = { verdict_confirm_time: '4s' };
    await world.configure({ verdict_min_requests: '250', verdict_min_time: '4s', ...confirm });
    const first = await world.startServing();
    world.users(100);
    await world.drop('1.0.1');
    await first.until('pairs', ({ verdict }) => (verdict?.pairs ?? 0) >= 100);
    const old = await killWithPairs(first);
    const asked = await askedTwice(world, 'shop-1.0.1');
    const second = world.start();
    await second.testing('shop-1.0.1');
    await second.until('pairs', ({ verdict }) => (verdict?.pairs ?? 0) >= old + 20);
    await second.until(
      'noise goes on',
      async () => (await askedTwice(world, 'shop-1.0.1')) > asked,
    );
    const { reasons } = await second.recorded('promoted', 'shop-1.0.1', 40_000);
    expect(reasons.join()).to.match(/\d+ requests/);

    await world.drop('1.0.2', { errors: { endpoint: 'GET /items/{id}', share: 0.3 } });
    await second.until('a failure', async ({ verdict }) => (verdict?.reasons.length ?? 0) > 0);
    await killWithPairs(second);
    const third = world.start();
    const rejected = await third.recorded('rejected', 'shop-1.0.2', 40_000);
    expect(rejected.reasons[0]).to.contain('GET /items/{id}').and.contain('500');
  });

  it('continues from what is left when state and evidence are damaged, and logs it', async () => {
    const first = await world.startServing();
    await world.drop('1.0.1');
    await first.testing('shop-1.0.1');
    await first.kill();
    for (const file of ['state.json', 'evidence/shop-1.0.1.json', 'history.jsonl', 'lock']) {
      await world.write(`.vili/${file}`, '{"schema":"vili.state/1","running":');
    }
    const second = world.start();
    await second.serving('shop-1.0.0');
    const { verdict } = await second.testing('shop-1.0.1');
    expect(verdict).to.include({ pairs: 0, decision: 'collecting' });
    expect(second.output).to.match(/state\.json: .*JSON/);
    expect(second.output).to.match(/evidence on shop-1\.0\.1 begins afresh: .*JSON/);
  });

  it('leaves no process behind, even one started with setsid', async () => {
    const script = join(world.base, 'shop-1.0.0');
    await world.write('shop-1.0.0', DETACHING);
    await chmod(script, 0o755);
    const first = world.start();
    await first.serving('shop-1.0.0.d');
    await first.until('its children', async () => (await world.processes()).length >= 4);
    const old = (await world.processes()).map(({ identity }) => identity.pid);
    await first.kill();
    const second = world.start();
    await second.serving('shop-1.0.0.d');
    const now = (await world.processes()).map(({ identity }) => identity.pid);
    expect(now.filter((pid) => old.includes(pid))).to.deep.equal([]);
    await second.kill('SIGTERM');
    await world.untilNoProcess();
  });
});

// Private

/** Baseline requests of one endpoint, by the checkpoint of noise. */
async function askedTwice(world: DaemonWorld, name: string): Promise<number> {
  const { noise } = JSON.parse(await readFile(evidenceOf(world, name), 'utf8')) as Saved;
  const endpoints = JSON.parse(String(noise)) as readonly SavedEndpoint[];
  return endpoints.find(({ endpoint }) => endpoint === 'GET /items/{id}')?.asked ?? 0;
}

/** A server with a child in a session of its own, and one more below it, that ignore all signals. */
const DETACHING = `#!/bin/sh
trap '' HUP TERM
setsid sh -c "trap '' HUP TERM; setsid sh -c 'trap \\"\\" HUP TERM; while :; do sleep 1; done' & \
while :; do sleep 1; done" &
exec ${process.execPath} -e '
process.on("SIGTERM", () => {});
require("http").createServer((q, s) => s.end("ok")).listen(process.env.PORT, "127.0.0.1")'
`;

function evidenceOf(world: DaemonWorld, name: string): string {
  return join(world.base, '.vili/evidence', `${name}.json`);
}

/** Waits until the last pairs are saved, kills the daemon, and resolves to their number. */
async function killWithPairs(daemon: Daemon): Promise<number> {
  const pairs = (await daemon.client.verdict())?.pairs ?? 0;
  const seen = Date.now();
  await daemon.until('the checkpoint after it', () => Date.now() - seen > 1500);
  await daemon.kill();
  return pairs;
}
