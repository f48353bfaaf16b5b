import { expect } from 'chai';
import { NOTHING_DEPLOYED } from '../../../lib/deployment/state.ts';
import { hostOf, NEW, OLD } from '../../lib/fleet/rollout/fleet-records.ts';
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

  it('says one moment since when the engine is gone, however often and early it is asked', async () => {
    await withFleetActor(async (stage, around) => {
      around.isDown = true;
      const told = new Set<string>();
      await eventually('several were told', async () => {
        const { since } = (await reportOf(stage)).engine;
        if (since !== null) told.add(since);
        return around.journal.lines.some((line) => line.includes('nothing is promoted by itself'));
      });
      told.add((await reportOf(stage)).engine.since ?? 'nobody');
      expect([...told]).to.have.length(1);
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
