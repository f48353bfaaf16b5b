import { expect } from 'chai';
import type { FleetMessage } from '../../../actors/fleet/messages.ts';
import { NOTHING_DEPLOYED } from '../../../lib/deployment/state.ts';
import { LIMITS, type Rollout } from '../../../lib/fleet/rollout/records.ts';
import { hostOf, NEW } from '../../lib/fleet/rollout/fleet-records.ts';
import { asked } from '../../support/actor-kit.ts';
import { eventually } from '../../support/eventually.ts';
import {
  GOOD,
  KEYS,
  releaseOf,
  reportOf,
  TARGET,
  untilPhase,
  wish,
  withFleetActor,
} from './surroundings.ts';

describe('One of several hosts, when something is amiss,', () => {
  it('tries to go back again after twice the time each, not for ever, and says that it cannot', async () => {
    await withFleetActor(async (stage, around) => {
      around.judgement = GOOD;
      around.backProblem = 'nothing is archived';
      await around.deployer.next('verdict');
      around.deployment = {
        ...NOTHING_DEPLOYED,
        running: { release: releaseOf(NEW), phase: 'ready', target: TARGET },
      };
      await untilPhase(stage, 'done');
      // Another leader stopped it.
      const client = around.engine.connect();
      const [entry] = (await client.get(KEYS.rollout)).entries;
      const rollout: unknown = JSON.parse(entry?.value ?? '{}');
      const stopped = { ...(rollout as Rollout), phase: 'stopped', takesBack: true };
      await client.put(KEYS.rollout, JSON.stringify(stopped));
      await eventually('it is said', async () => {
        return /cannot go back.*nothing is archived.*again/.test(
          (await reportOf(stage)).waits ?? '',
        );
      });
      const untilTries = (count: number): Promise<unknown> =>
        eventually(`there were ${count}`, () => around.rolledBack.length === count);
      const untilLooked = (): Promise<unknown> => {
        const looks = around.looks.length;
        return eventually('it has looked again', () => around.looks.length > looks + 1);
      };
      await eventually('the others are told, too', async () => {
        return (await reportOf(stage)).hosts[0]?.waits?.includes('cannot go back') === true;
      });
      around.laterMs += 5000;
      await untilTries(2);
      around.laterMs += 5000;
      await untilLooked();
      expect(around.rolledBack).to.have.length(2);
      for (const [at, laterMs] of [5000, 20_000, 40_000, 80_000, 160_000, 320_000].entries()) {
        around.laterMs += laterMs;
        await untilTries(3 + at);
      }
      around.laterMs += 3_600_000;
      await untilLooked();
      expect(around.rolledBack).to.have.length(8);
      expect((await reportOf(stage)).waits).to.match(/Vili tries no more/);
    });
  }).timeout(60_000);

  it('asks for its evidence as one of so many hosts, and of the most there can be until it knows of how many', async () => {
    await withFleetActor(async (stage, around) => {
      await eventually('it looks', () => around.looks.some(Boolean));
      expect(around.looks.find(Boolean)).to.equal(LIMITS.hosts);
      const client = around.engine.connect();
      for (const name of ['b', 'c'])
        await client.put(KEYS.host(name), JSON.stringify(hostOf(name)));
      expect(around.looks.filter((hosts) => hosts === 1 || hosts === 2)).to.deep.equal([]);
      await untilPhase(stage, 'collecting');
      around.laterMs += 5000;
      await eventually('it is one of three', () => around.looks.includes(3));
      // Those that are away count as long as the rollout counts them.
      for (const name of ['b', 'c']) await client.remove(KEYS.host(name));
      const looks = around.looks.length;
      around.laterMs += 5000;
      await eventually('it looks again', () => around.looks.slice(looks + 1).some(Boolean));
      expect(around.looks.slice(looks).filter(Boolean)).to.not.include(1);
    });
  }).timeout(60_000);

  it('says that a rollout cannot be read, leaves it as it is, and judges nothing', async () => {
    await withFleetActor(async (stage, around) => {
      await untilPhase(stage, 'collecting');
      const client = around.engine.connect();
      const text = '{"schema":"vili.rollout/2"}';
      await client.put(KEYS.rollout, text);
      around.judgement = GOOD;
      around.laterMs += 5000;
      await eventually('it leads no more', async () => (await reportOf(stage)).leader === null);
      const report = await reportOf(stage);
      expect(report.engine.trouble).to.match(/cannot be read by this version of Vili/);
      expect(report.waits).to.match(/shop-1\.1: the rollout in .* cannot be read/);
      expect((await wish(stage, 'promote')).text).to.match(/cannot be read/);
      await eventually('it forgot what it judged', () => around.forgotten > 0);
      expect((await client.get(KEYS.rollout)).entries[0]?.value).to.equal(text);
      expect(around.verdicts()).to.deep.equal([]);
    });
  });

  it('says what a test anew comes to, and reads what a person asks for however long it is', async () => {
    await withFleetActor(async (stage) => {
      await untilPhase(stage, 'collecting');
      const retest = (): Promise<string | null> =>
        asked<FleetMessage, string | null>(stage, (reply) => {
          return { type: 'retest', build: NEW, reply };
        });
      expect(await retest()).to.equal(null);
      await wish(stage, 'reject', 'too early '.repeat(90));
      await untilPhase(stage, 'rejected');
      expect((await reportOf(stage)).rollout?.reasons[0]).to.match(
        /^ann asked for it: too early .*…$/,
      );
      expect(await retest()).to.match(/the fleet has decided on shop-1\.1 \(rejected by ann/);
    });
  });

  it('leaves what there is to say of etcd to the host that leads', async () => {
    await withFleetActor(async (stage, around) => {
      around.trouble = 'etcd has reached its quota';
      await eventually('it is told', async () => {
        return (await reportOf(stage)).engine.trouble === 'etcd has reached its quota';
      });
      const client = around.engine.connect();
      await Promise.all([client.remove(KEYS.leader), client.put(KEYS.leader, 'b')]);
      around.laterMs += 5000;
      await eventually('it is told no more', async () => {
        return (await reportOf(stage)).engine.trouble === null;
      });
      expect((await reportOf(stage)).leader?.host).to.equal('b');
    });
  });
});
