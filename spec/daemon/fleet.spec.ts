import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { expect } from 'chai';
import { type ReleaseFaults, writeRelease } from '../../lib/demo/release.ts';
import type { FleetReport } from '../../lib/operator/views/fleet-view.ts';
import { hasProgram } from '../support/certificates.ts';
import type { Daemon } from '../support/daemon.ts';
import { DaemonWorld, IDENTIFIER, type LiveUsers } from '../support/daemon-world.ts';
import { type EtcdNode, withEtcd } from '../support/etcd.ts';
import { eventually } from '../support/eventually.ts';
import { withTempFolder } from '../support/temp-folder.ts';

const HOSTS = ['a', 'b', 'c'];
const RATE = 10;
const LIMIT_MS = 60_000;
/** One alone needs about three times as long. */
const GOOD_LIMIT_MS = 80_000;
const SETTINGS = {
  verdict_min_time: '10s',
  verdict_log_window: '1s',
  verdict_min_requests: '200',
  // How fast two versions are beside everything else on a busy machine is not the matter here.
  verdict_speed: 'report',
  fleet_waves: '100%',
  probation: '0s',
};

type Rollout = NonNullable<FleetReport['rollout']>;

interface Member {
  readonly world: DaemonWorld;
  readonly daemon: Daemon;
  readonly users: LiveUsers;
}

/** Runs `use` with three hosts of one fleet, each with its users. */
async function withFleet(
  settings: Readonly<Record<string, string>>,
  use: (members: readonly Member[], etcd: EtcdNode) => Promise<void>,
  environments: readonly Readonly<Record<string, string>>[] = [],
): Promise<void> {
  await withTempFolder((folder) =>
    withEtcd(folder, 1, async ([etcd]) => {
      if (etcd === undefined) throw new Error('there is no etcd');
      const worlds: DaemonWorld[] = [];
      try {
        for (const name of HOSTS) {
          const own = { fleet_endpoints: etcd.endpoint, fleet_host: name };
          worlds.push(await DaemonWorld.create({ ...SETTINGS, ...own, ...settings }));
        }
        const members = await Promise.all(
          worlds.map(async (world, at) => {
            const daemon = await world.startServing({ environment: environments[at] ?? {} });
            return { world, daemon, users: world.users(RATE) };
          }),
        );
        await use(members, etcd);
        for (const { users } of members) {
          const counts = await users.stop();
          expect(counts).to.include({ failed: 0, ok: counts.sent, lastFailure: null });
        }
      } finally {
        await Promise.all(worlds.map((world) => world.end()));
      }
    }),
  );
}

async function dropOnAll(
  members: readonly Member[],
  version: string,
  faults?: ReleaseFaults,
): Promise<void> {
  await Promise.all(members.map(({ world }) => world.drop(version, faults)));
}

async function fleetOf({ daemon }: Member): Promise<FleetReport> {
  const report = await daemon.client.fleet();
  if (report === null) throw new Error('it decides alone');
  return report;
}

/** The same file everywhere, bad only on hosts with other data. */
async function dropBadData(members: readonly Member[], version: string): Promise<void> {
  await withTempFolder(async (folder) => {
    const faults = { errors: { endpoint: 'GET /items/{id}', share: 0.5 } };
    const path = await writeRelease(folder, IDENTIFIER, { version, faults });
    const [head = '', ...rest] = (await readFile(path, 'utf8')).split('\n');
    const only = `if (process.env.LC_SHOP !== 'bad') delete globalThis.viliDemoRelease.faults;`;
    const content = [head, only, ...rest].join('\n');
    await Promise.all(members.map(({ world }) => world.arrive(basename(path), content)));
  });
}

describe('Several hosts that decide together (skipped where etcd is absent)', function () {
  this.timeout(300_000);

  before(function () {
    if (!hasProgram('etcd')) this.skip();
  });

  it('promote a good version by the evidence of all, of which none alone has enough', async () => {
    await withFleet({}, async (members) => {
      await dropOnAll(members, '1.0.1');
      await onAll(members, ({ daemon }) => daemon.serving('shop-1.0.1', GOOD_LIMIT_MS));
      const { history, leader } = await historyOfLeader(members);
      expect(history).to.include('shop-1.0.1 is tested on');
      expect(history).to.include('wave 1 of 1 of shop-1.0.1: ');
      const reports = await Promise.all(members.map(fleetOf));
      const { verdict } = reports[leader] ?? {};
      expect(verdict?.decision).to.equal('promote');
      const pairs = verdict?.hosts.map((one) => one.pairs) ?? [];
      expect(pairs).to.have.length(3);
      expect(verdict?.pairs).to.equal(pairs.reduce((sum, one) => sum + one, 0));
      await eventually(
        'the rollout is done',
        async () => (await fleetOf(first(members))).rollout?.phase === 'done',
        LIMIT_MS,
      );
      const text = await first(members).world.vili('fleet');
      expect(text.stdout).to.match(/rollout 1 {2}shop-1\.0\.1 {2}done, 3 gone, 3 past probation/);
    });
  });

  it('reject a bad version on all', async () => {
    await withFleet({}, async (members) => {
      await dropOnAll(members, '1.0.1', { errors: { endpoint: 'GET /items/{id}', share: 0.5 } });
      await onAll(members, ({ daemon }) => daemon.recorded('rejected', 'shop-1.0.1', LIMIT_MS));
      for (const { daemon } of members) {
        expect((await daemon.client.status()).running?.version).to.equal('shop-1.0.0');
      }
    });
  });

  it('hold a version that is bad on one host only, and name that host', async () => {
    const hosts = [{}, { LC_SHOP: 'bad' }, {}];
    await withFleet(
      {},
      async (members) => {
        await dropBadData(members, '1.0.1');
        const held = async (): Promise<FleetReport | null> => {
          const reports = await Promise.all(members.map(fleetOf));
          return reports.find(({ rollout }) => rollout !== null && isNamed(rollout, 'b')) ?? null;
        };
        const { rollout } = (await eventually('the host is named', held, LIMIT_MS)) ?? {};
        expect(rollout?.gone).to.equal(0);
        for (const { daemon } of members) {
          expect((await daemon.client.status()).running?.version).to.equal('shop-1.0.0');
        }
      },
      hosts,
    );
  });

  it('take the others back when one of those that have gone goes back', async () => {
    // Nobody but the command promotes, however long it takes on a busy host.
    await withFleet({ probation: '5m', verdict_mode: 'manual' }, async (members) => {
      await dropOnAll(members, '1.0.1');
      await onAll(members, ({ daemon }) => daemon.testing('shop-1.0.1', LIMIT_MS));
      const [one, other] = members;
      if (one === undefined || other === undefined) throw new Error('there are three');
      await eventually(
        'the rollout begins',
        async () => (await fleetOf(one)).rollout?.version === 'shop-1.0.1',
        LIMIT_MS,
      );
      expect((await one.world.vili('fleet', 'promote', '--yes')).code).to.equal(0);
      await onAll(members, ({ daemon }) => daemon.serving('shop-1.0.1', LIMIT_MS));
      await eventually(
        'the leader knows that all have gone',
        async () => (await fleetOf(one)).hosts.every(({ state }) => state === 'probation'),
        LIMIT_MS,
      );
      const back = await other.world.vili('rollback', '--yes', '--reason', 'prices are wrong');
      expect(back.code).to.equal(0);
      await onAll(members, ({ daemon }) => daemon.serving('shop-1.0.0', LIMIT_MS));
      const { rollout } = await fleetOf(one);
      expect(rollout?.phase).to.equal('stopped');
      expect(rollout?.reasons.join()).to.match(/^b: .*prices are wrong/);
    });
  });

  it('promote nothing while etcd is gone, reject all the same, and go on when it is back', async () => {
    await withFleet({ verdict_mode: 'auto' }, async (members, etcd) => {
      await etcd.kill();
      const one = first(members);
      await one.daemon.until(
        'the engine is missed',
        ({ fleet }) => fleet?.problem != null,
        LIMIT_MS,
      );
      expect((await one.world.vili('status')).stdout).to.contain('nothing is promoted by itself');
      await dropOnAll(members, '1.0.1', { errors: { endpoint: 'GET /items/{id}', share: 1 } });
      await onAll(members, ({ daemon }) => daemon.recorded('rejected', 'shop-1.0.1', LIMIT_MS));
      await dropOnAll(members, '1.0.2');
      await onAll(members, ({ daemon }) => daemon.testing('shop-1.0.2', LIMIT_MS));
      expect((await one.world.vili('fleet', 'promote', '--yes')).code).to.equal(6);
      await etcd.start();
      await one.daemon.until(
        'the engine is back',
        ({ fleet }) => fleet?.problem === null,
        LIMIT_MS,
      );
      await eventually(
        'the rollout begins',
        async () => (await fleetOf(one)).rollout?.version === 'shop-1.0.2',
        LIMIT_MS,
      );
      const asked = await one.world.vili('fleet', 'promote', '1.0.2', '--yes', '--reason', 'now');
      expect([asked.code, asked.stdout]).to.deep.equal([0, asked.stdout]);
      await onAll(members, ({ daemon }) => daemon.serving('shop-1.0.2', LIMIT_MS));
      const paused = await one.world.vili('fleet', 'pause', '--yes');
      expect(paused.code).to.equal(0);
      expect((await one.world.vili('fleet', 'pause', '--yes')).code).to.equal(6);
      const resumed = await one.world.vili('fleet', 'resume', '--yes');
      expect(resumed.stdout).to.equal('the fleet goes on\n');
    });
  });
});

/** It holds the rollout, or the rollout ended for what was seen there. */
function isNamed({ heldBy, phase, reasons }: Rollout, host: string): boolean {
  if (heldBy === host) return true;
  const isOver = phase === 'rejected' || phase === 'stopped';
  return (
    isOver && reasons.some((text) => text.includes(`Seen on ${host}`) || text.startsWith(host))
  );
}

function first(members: readonly Member[]): Member {
  const [one] = members;
  if (one === undefined) throw new Error('there are three');
  return one;
}

async function onAll(
  members: readonly Member[],
  act: (member: Member) => Promise<unknown>,
): Promise<void> {
  await Promise.all(members.map(act));
}

/** What the leader told, and which host it is. */
async function historyOfLeader(
  members: readonly Member[],
): Promise<{ readonly history: string; readonly leader: number }> {
  const { leader } = await fleetOf(first(members));
  const at = HOSTS.indexOf(leader?.host ?? '');
  const entries = await members[at]?.daemon.client.history();
  const told = entries?.filter(({ event }) => event === 'fleet') ?? [];
  return { history: told.flatMap(({ reasons }) => reasons).join('\n'), leader: at };
}
