import { expect } from 'chai';
import { fleetActor } from '../../../actors/fleet/fleet-actor.ts';
import type { FleetMessage, FleetReply, FleetWish } from '../../../actors/fleet/messages.ts';
import type { FleetDeps } from '../../../actors/fleet/state.ts';
import type { DeployerMessage } from '../../../actors/messages.ts';
import { compareVersions } from '../../../lib/base/names/version-order.ts';
import { type Deployment, NOTHING_DEPLOYED } from '../../../lib/deployment/state.ts';
import { LocalEngine } from '../../../lib/fleet/engine/local.ts';
import type { Build, Rollout } from '../../../lib/fleet/rollout/records.ts';
import { keysOf } from '../../../lib/fleet/session/keys.ts';
import { FleetSession } from '../../../lib/fleet/session/session.ts';
import type { Judgement } from '../../../lib/fleet/view/judgement.ts';
import type { FleetReport } from '../../../lib/fleet/view/view.ts';
import type { Release } from '../../../lib/model/release.ts';
import { hostOf, NEW, OLD } from '../../lib/fleet/rollout/fleet-records.ts';
import {
  asked,
  type Inbox,
  inbox,
  recordingJournal,
  type Stage,
  withActor,
} from '../../support/actor-kit.ts';
import { eventually } from '../../support/eventually.ts';

const KEYS = keysOf('shop');
const TARGET = { instance: 'shop-1.0/1_running', host: '127.0.0.1', port: 9401 };

function releaseOf({ version, sha256 }: Build): Release {
  const number = version.slice('shop-'.length);
  const fileName = `${version}.jar`;
  return { fileName, name: version, version: number, extension: '.jar', fingerprint: sha256 };
}

const TESTING: Deployment = {
  ...NOTHING_DEPLOYED,
  running: { release: releaseOf(OLD), phase: 'ready', target: TARGET },
  testing: {
    release: releaseOf(NEW),
    phase: 'testing',
    crashes: 0,
    sinceMs: 0,
    begun: true,
    readySinceMs: 1,
  },
};

const COLLECTING: Judgement = {
  decision: 'collecting',
  pairs: 0,
  progress: 0,
  reasons: [],
  missing: [],
  hosts: [],
  problems: [],
};
const GOOD: Judgement = {
  ...COLLECTING,
  decision: 'promote',
  reasons: [{ text: 'fine', hosts: [] }],
};

const DOWN = async (): Promise<never> => {
  throw new Error('no endpoint of etcd replies');
};

/** What surrounds the actor of host `a`; what it sees of the world can be changed. */
class Surroundings {
  readonly engine = new LocalEngine(() => performance.now());
  readonly deployer: Inbox<DeployerMessage> = inbox('/vili/deployer');
  readonly journal = recordingJournal();
  readonly rolledBack: string[] = [];
  deployment: Deployment = TESTING;
  judgement = COLLECTING;
  isManual = false;
  isDown = false;
  /** Why users cannot go back. */
  backProblem: string | null = null;
  /** So much later than it is, ms. */
  laterMs = 0;
  /** What it looked for: the evidence of one of so many hosts; null: none. */
  readonly looks: (number | null)[] = [];
  forgotten = 0;

  deps(): FleetDeps {
    return {
      deployer: this.deployer,
      open: (onChanged) => {
        const client = this.engine.connect();
        const coordinator = new Proxy(client, {
          get: (target, name) => {
            const found: unknown = Reflect.get(target, name, target);
            if (typeof found !== 'function') return found;
            const isOfLease = name === 'lease' || name === 'keepAlive';
            return isOfLease && this.isDown ? DOWN : found.bind(target);
          },
        });
        const clocks = { now: () => performance.now(), wallNow: Date.now, random: Math.random };
        return new FleetSession({
          coordinator,
          keys: KEYS,
          host: 'a',
          instance: 'run of a',
          ...clocks,
          onChanged,
        });
      },
      look: async (hosts) => {
        this.looks.push(hosts);
        return { deployment: this.deployment, closed: null, evidence: null };
      },
      judge: {
        judge: () => this.judgement,
        forget: () => {
          this.forgotten += 1;
        },
      },
      rollBack: async (version) => {
        this.rolledBack.push(version);
        if (this.backProblem !== null) throw new Error(this.backProblem);
        return 'users go back';
      },
      self: { host: 'a', instance: 'run of a', vili: '1.0.0', url: '' },
      fleet: 'shop',
      endpoints: ['http://127.0.0.1:2379'],
      rules: () => ({
        waves: [{ share: 1 }],
        quorum: 0.5,
        onRollback: 'all',
        isManual: this.isManual,
        compareVersions,
      }),
      now: () => performance.now() + this.laterMs,
      wallNow: Date.now,
      journal: this.journal,
    };
  }

  verdicts(): readonly Extract<DeployerMessage, { type: 'verdict' }>[] {
    return this.deployer.messages.filter((message) => message.type === 'verdict');
  }

  told(): readonly string[] {
    return this.deployer.messages.flatMap((it) =>
      it.type === 'note' && it.event === 'fleet' ? [it.text] : [],
    );
  }
}

type FleetStage = Stage<FleetMessage>;

async function withFleetActor(
  use: (stage: FleetStage, around: Surroundings) => Promise<void>,
): Promise<void> {
  const around = new Surroundings();
  await withActor<FleetMessage>(
    () => fleetActor(around.deps()),
    (stage) => use(stage, around),
  );
}

const reportOf = (stage: FleetStage): Promise<FleetReport> =>
  asked<FleetMessage, FleetReport>(stage, (reply) => ({ type: 'describe', reply }));

function wish(stage: FleetStage, kind: FleetWish['kind'], reason = ''): Promise<FleetReply> {
  const what = { kind, version: null, by: 'ann', reason };
  return asked<FleetMessage, FleetReply>(stage, (reply) => ({ type: 'wish', wish: what, reply }));
}

const untilPhase = (stage: FleetStage, phase: string): Promise<unknown> =>
  eventually(`the rollout is ${phase}`, async () => {
    return (await reportOf(stage)).rollout?.phase === phase;
  });

describe('The actor of a host that is one of several', () => {
  it('leads, tells people once of each step, and lets its own version go in its wave', async () => {
    await withFleetActor(async (stage, around) => {
      await untilPhase(stage, 'collecting');
      expect((await reportOf(stage)).waits).to.match(/the evidence of all hosts is collected/);
      expect(around.verdicts()).to.deep.equal([]);
      around.judgement = GOOD;
      const verdict = await around.deployer.next('verdict');
      expect(verdict).to.deep.include({ name: NEW.version, decision: 'promote', by: 'vili' });
      expect([verdict.isByFleet, verdict.reasons.map(({ text }) => text)]).to.deep.equal([
        true,
        ['fine'],
      ]);
      around.deployment = {
        ...NOTHING_DEPLOYED,
        running: { release: releaseOf(NEW), phase: 'ready', target: TARGET },
      };
      await untilPhase(stage, 'done');
      await eventually('all is told', () => around.told().length === 3);
      expect(around.told()).to.deep.equal([
        'shop-1.1 is tested on 1 of 1 hosts',
        'wave 1 of 1 of shop-1.1: a',
        'shop-1.1 runs on 1 hosts',
      ]);
    });
  });

  it('rejects when another host leads and says so, and goes back when the rollout is stopped', async () => {
    await withFleetActor(async (stage, around) => {
      await untilPhase(stage, 'collecting');
      expect(await wish(stage, 'reject')).to.deep.include({ done: true, version: NEW.version });
      const verdict = await around.deployer.next('verdict');
      expect(verdict).to.deep.include({ decision: 'reject', by: 'ann' });
    });
    await withFleetActor(async (stage, around) => {
      around.judgement = GOOD;
      await around.deployer.next('verdict');
      around.deployment = {
        ...NOTHING_DEPLOYED,
        running: { release: releaseOf(NEW), phase: 'ready', target: TARGET },
        previous: { release: releaseOf(OLD), target: null, untilMs: 1 },
      };
      await eventually('it has gone', async () => {
        return (await reportOf(stage)).hosts[0]?.state === 'probation';
      });
      await wish(stage, 'reject');
      await eventually('it goes back', () => around.rolledBack.includes(NEW.version));
    });
  });

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

  it('asks for its evidence as one of so many hosts, once it knows of how many', async () => {
    await withFleetActor(async (stage, around) => {
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

  it('begins nothing while the engine is gone, says so once and since when, and goes on when it is back', async () => {
    const startedMs = Date.now();
    await withFleetActor(async (stage, around) => {
      around.isDown = true;
      around.judgement = GOOD;
      await eventually('it is told', () =>
        around.journal.lines.some((line) => line.includes('nothing is promoted by itself')),
      );
      const report = await reportOf(stage);
      expect(report.engine.problem).to.match(/no endpoint of etcd replies|not been reached/);
      expect(report.waits).to.match(/the engine of the fleet is not there/);
      const since = Date.parse(report.engine.since ?? '');
      expect(since).to.be.within(startedMs, Date.now());
      expect((await reportOf(stage)).engine.since).to.equal(report.engine.since);
      expect((await wish(stage, 'promote')).done).to.equal(false);
      expect(around.verdicts()).to.deep.equal([]);
      around.isDown = false;
      await around.deployer.next('verdict');
      const told = around.journal.lines.filter((line) => line.includes('nothing is promoted'));
      expect(told).to.have.length(1);
      expect((await reportOf(stage)).engine.since).to.equal(null);
      expect(around.journal.lines).to.include('notice fleet: etcd is there');
    });
  });

  it('lets no version go by evidence where people decide, nor while the fleet is paused', async () => {
    await withFleetActor(async (stage, around) => {
      around.isManual = true;
      around.judgement = GOOD;
      await untilPhase(stage, 'collecting');
      expect((await wish(stage, 'pause')).done).to.equal(true);
      await eventually('it is paused', async () => (await reportOf(stage)).hold?.by === 'ann');
      expect((await wish(stage, 'pause')).done).to.equal(false);
      const paused = around.deployer.messages.filter(
        (it) => it.type === 'note' && it.text === 'the fleet is paused',
      );
      expect(paused).to.have.length(1);
      expect(paused[0]).to.include({ event: 'fleet', by: 'ann' });
      expect((await wish(stage, 'promote')).done).to.equal(true);
      await eventually('the leader took the request', async () => {
        return (await reportOf(stage)).rollout?.decidedBy === 'ann';
      });
      expect(around.verdicts()).to.deep.equal([]);
      expect(await wish(stage, 'resume')).to.deep.include({
        done: true,
        text: 'the fleet goes on',
      });
      const verdict = await around.deployer.next('verdict');
      expect(verdict).to.deep.include({ decision: 'promote', by: 'ann' });
    });
  });

  it('stays out, loudly, with another content under the name that the others have', async () => {
    await withFleetActor(async (stage, around) => {
      const client = around.engine.connect();
      for (const name of ['b', 'c']) {
        const other = { ...NEW, sha256: 'f'.repeat(64), isReady: true };
        await client.put(KEYS.host(name), JSON.stringify(hostOf(name, { testing: other })));
      }
      around.judgement = GOOD;
      await eventually('it is told', () =>
        around.told().some((text) => text.startsWith('a has another file under the name shop-1.1')),
      );
      const report = await reportOf(stage);
      expect(report.hosts.map(({ state }) => state)).to.deep.equal([
        'other content',
        'testing',
        'testing',
      ]);
      expect(around.verdicts()).to.deep.equal([]);
    });
  });

  it('leads again after it crashed', async () => {
    await withFleetActor(async (stage, around) => {
      await untilPhase(stage, 'collecting');
      await stage.crash();
      around.judgement = GOOD;
      const verdict = await around.deployer.next('verdict');
      expect(verdict.decision).to.equal('promote');
    });
  });
});
