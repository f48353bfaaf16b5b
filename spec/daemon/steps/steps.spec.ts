import { expect } from 'chai';
import type { ReleaseFaults } from '../../../lib/demo/release.ts';
import { changes, Clients } from '../../support/clients.ts';
import type { Daemon } from '../../support/daemon.ts';
import { type DaemonWorld, withWorld } from '../../support/daemon-world.ts';

const CLIENTS = 600;
/** Where each of them has to be seen, twice. */
const FEW_CLIENTS = 240;
/** A verdict also where times say little. */
const AUTO = { promotion_steps: '20% 20s, 50% 3s', verdict_speed: 'report' };
/** Enough that no promotion comes by itself before that of the command. */
const BY_HAND = { verdict_min_requests: '100000' };
/** Not over before a spec ends. */
const LONG_STEP = '25% 1h';

const open: Clients[] = [];

/** Stopped after the spec at the latest. */
function clientsOf(world: DaemonWorld, options: ConstructorParameters<typeof Clients>[1]): Clients {
  const clients = new Clients(world.port, options);
  open.push(clients);
  return clients;
}

/** 1.0.1 with these faults is promoted by hand in these steps, and has its first users. */
async function inSteps(
  world: DaemonWorld,
  daemon: Daemon,
  steps: string,
  faults?: ReleaseFaults,
): Promise<void> {
  await world.drop('1.0.1', faults);
  await daemon.testing('shop-1.0.1');
  const { code, stderr } = await world.vili('promote', '--yes', '--steps', steps);
  expect(code, stderr).to.equal(0);
  await daemon.recorded('stepped', 'shop-1.0.1');
}

describe('A promotion in steps', function () {
  this.timeout(400_000);

  afterEach(async () => {
    await Promise.all(open.splice(0).map((clients) => clients.stop()));
  });

  it('goes by itself to all users, each of whom moves once, and none of whom is failed', async () => {
    await withWorld(AUTO, async (world) => {
      const daemon = await world.startServing();
      const users = clientsOf(world, { clients: CLIENTS, ratePerSecond: 80, writes: 0.3 });
      await world.drop('1.0.1');
      await daemon.recorded('stepped', 'shop-1.0.1', 200_000);
      const first = await daemon.client.status();
      expect(first.phase).to.equal('promoting');
      expect(first.running?.version).to.equal('shop-1.0.0');
      expect(first.steps).to.include({ version: 'shop-1.0.1', step: 1, share: 0.2, held: null });
      await daemon.serving('shop-1.0.1', 120_000);
      const { sent } = users.seen;
      await daemon.until('users are served', () => users.seen.sent > sent + 1000);
      const seen = await users.stop();
      expect([...seen.failures.keys()]).to.deep.equal([]);
      const ways = new Set(changes(seen));
      expect(
        [...ways].filter((way) => !/^(1\.0\.0|1\.0\.0 > 1\.0\.1|1\.0\.1)$/.test(way)),
      ).to.deep.equal([]);
      const events = (await daemon.client.history()).map(({ event }) => event);
      expect(events.slice(-3)).to.deep.equal(['stepped', 'stepped', 'promoted']);
      const { previous, steps } = await daemon.client.status();
      expect([previous?.version, steps]).to.deep.equal(['shop-1.0.0', null]);
    });
  });

  it('ends before 50 failed responses where 3 % of the writes fail, which no copy shows', async () => {
    await withWorld({ verdict_margin: '0.5%' }, async (world) => {
      const daemon = await world.startServing();
      const users = clientsOf(world, { clients: CLIENTS, ratePerSecond: 130, writes: 0.77 });
      await daemon.until('something is known of 1.0.0', () => users.seen.ok > 600);
      const errors = { endpoint: 'POST /orders', share: 0.03 };
      await inSteps(world, daemon, LONG_STEP, { errors });
      const { by, reasons } = await daemon.recorded('rolled-back', 'shop-1.0.1', 180_000);
      const { ok } = users.seen;
      await daemon.until('users are served', () => users.seen.ok > ok + 300);
      const { failed, failures } = await users.stop();
      expect([...failures.keys()]).to.deep.equal(['status 500']);
      expect(failed).to.be.within(3, 49);
      expect(by).to.equal('vili');
      expect(reasons.join(' ')).to.match(
        /POST \/orders: \d+ of \d+ responses to users were 5xx .* at the same time/,
      );
      expect(reasons.at(-1)).to.match(
        /It had 25 % of the users .*; all are with shop-1\.0\.0 again/,
      );
      const { running, testing } = await daemon.client.status();
      expect([running?.version, testing]).to.deep.equal(['shop-1.0.0', null]);
      const why = await world.vili('why', '1.0.1');
      expect(why.stdout)
        .to.match(/ROLLED-BACK/)
        .and.match(/POST \/orders/);
    });
  });

  it('goes on with the same users after a restart of Vili', async () => {
    await withWorld(BY_HAND, async (world) => {
      const daemon = await world.startServing();
      const users = clientsOf(world, { clients: FEW_CLIENTS, ratePerSecond: 150, writes: 0.3 });
      await inSteps(world, daemon, LONG_STEP);
      const { stdout } = await world.vili('status');
      expect(stdout).to.match(
        /steps +shop-1\.0\.1 has 25 % of the users by address \(step 1 of 1\)/,
      );
      const { sent } = users.seen;
      await daemon.until('every client was served', () => users.seen.sent > sent + 1200);
      await users.stop();
      const shareOf = (seen: Clients): string[] =>
        [...seen.seen.versions]
          .flatMap(([client, list]) => (list.at(-1) === '1.0.1' ? [client] : []))
          .sort();
      const before = shareOf(users);
      expect(before.length / users.seen.versions.size).to.be.within(0.13, 0.37);
      await daemon.kill('SIGKILL');
      const next = world.start();
      await next.serving('shop-1.0.0');
      await next.until('the share is back', async () => {
        const { steps } = await next.client.status();
        return steps?.held === null;
      });
      const later = clientsOf(world, { clients: FEW_CLIENTS, ratePerSecond: 150, writes: 0.3 });
      await next.until('every client was served', () => later.seen.sent > 1200);
      await later.stop();
      const after = new Set(shareOf(later));
      const known = before.filter((client) => later.seen.versions.has(client));
      expect(known.filter((client) => !after.has(client))).to.deep.equal([]);
      expect(later.seen.failed).to.equal(0);
      const { code } = await world.vili('promote', '--yes');
      expect(code).to.equal(0);
      await next.serving('shop-1.0.1');
    });
  });

  it('sends its users to the version before within one request when its process is killed', async () => {
    await withWorld(BY_HAND, async (world) => {
      const daemon = await world.startServing();
      const users = clientsOf(world, { clients: CLIENTS, ratePerSecond: 150, writes: 0.3 });
      await inSteps(world, daemon, '50% 1h');
      const { testing } = await daemon.client.status();
      process.kill(testing?.pid ?? 0, 'SIGKILL');
      const { reasons } = await daemon.recorded('rolled-back', 'shop-1.0.1');
      expect(reasons[0]).to.match(/It ended by itself while it had users/);
      const { ok } = users.seen;
      await daemon.until('users are served', () => users.seen.ok > ok + 300);
      const { failed } = await users.stop();
      // What the process had in hand.
      expect(failed).to.be.at.most(8);
    });
  });

  it('sends its users to the version before within seconds when it hangs; reads that waited succeed', async () => {
    await withWorld({ ...BY_HAND, liveness_interval: '60s' }, async (world) => {
      const daemon = await world.startServing();
      const users = clientsOf(world, { clients: CLIENTS, ratePerSecond: 60, writes: 0 });
      await inSteps(world, daemon, '50% 1h');
      await daemon.until('users have it', () =>
        [...users.seen.versions.values()].some((list) => list.includes('1.0.1')),
      );
      const { testing } = await daemon.client.status();
      process.kill(testing?.pid ?? 0, 'SIGSTOP');
      const { reasons } = await daemon.recorded('rolled-back', 'shop-1.0.1', 60_000);
      expect(reasons[0]).to.match(/It sent nothing to users for .* and running responds/);
      const { ok } = users.seen;
      await daemon.until('users are served', () => users.seen.ok > ok + 200);
      const { failures } = await users.stop();
      expect([...failures.keys()]).to.deep.equal([]);
    });
  });

  it('ends by vili rollback, whose plan says so, and stays while Vili is paused', async () => {
    await withWorld({}, async (world) => {
      const daemon = await world.startServing();
      await inSteps(world, daemon, '50% 500ms');
      await daemon.serving('shop-1.0.1');
      await world.vili('rollback', '--yes');
      await daemon.serving('shop-1.0.0');
      await world.drop('1.0.2');
      await daemon.testing('shop-1.0.2');
      await world.vili('pause', '--yes');
      await world.vili('promote', '--yes', '--steps', '50% 500ms');
      await daemon.recorded('stepped', 'shop-1.0.2');
      const { steps } = await daemon.client.status();
      expect(steps?.held).to.equal('Vili is paused');
      const plan = await world.vili('rollback', '--dry-run');
      expect(plan.stdout).to.match(/all users go back to shop-1\.0\.0, also those who have/);
      const { code, stderr } = await world.vili('rollback', '--yes', '--reason', 'a spec');
      expect(code, stderr).to.equal(0);
      const { reasons } = await daemon.recorded('rolled-back', 'shop-1.0.2');
      expect(reasons.join(' ')).to.match(/a spec.*It had 50 % of the users/);
      const wrong = await world.vili('promote', '--yes', '--steps', '50% 5m, 20% 5m', '1.0.2');
      expect(wrong.code).not.to.equal(0);
    });
  });
});
