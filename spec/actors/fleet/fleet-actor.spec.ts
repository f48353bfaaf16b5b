import { expect } from 'chai';
import { fleetActor } from '../../../actors/fleet/fleet-actor.ts';
import type { FleetMessage, FleetReply, FleetWish } from '../../../actors/fleet/messages.ts';
import type { FleetDeps } from '../../../actors/fleet/state.ts';
import type { DeployerMessage } from '../../../actors/messages.ts';
import { compareVersions } from '../../../lib/base/names/version-order.ts';
import { type Deployment, NOTHING_DEPLOYED } from '../../../lib/deployment/state.ts';
import { LocalEngine } from '../../../lib/fleet/engine/local.ts';
import type { Build } from '../../../lib/fleet/rollout/records.ts';
import { keysOf } from '../../../lib/fleet/session/keys.ts';
import { FleetSession } from '../../../lib/fleet/session/session.ts';
import type { Judgement } from '../../../lib/fleet/view/judgement.ts';
import type { FleetReport } from '../../../lib/fleet/view/view.ts';
import type { Release } from '../../../lib/model/release.ts';
import {
  asked,
  type Inbox,
  inbox,
  recordingJournal,
  type Stage,
  withActor,
} from '../../support/actor-kit.ts';
import { eventually } from '../../support/eventually.ts';
import { hostOf, NEW, OLD } from '../../lib/fleet/rollout/fleet-records.ts';

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
      look: async () => ({ deployment: this.deployment, closed: null, evidence: null }),
      judge: () => this.judgement,
      setSize: () => undefined,
      rollBack: async (version) => {
        this.rolledBack.push(version);
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
      now: () => performance.now(),
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

function wish(stage: FleetStage, kind: FleetWish['kind']): Promise<FleetReply> {
  const what = { kind, version: null, by: 'ann', reason: '' };
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
