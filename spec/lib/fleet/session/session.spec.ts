import { expect } from 'chai';
import { LocalEngine } from '../../../../lib/fleet/engine/local.ts';
import { keysOf } from '../../../../lib/fleet/session/keys.ts';
import { FleetSession, LEASE_MS } from '../../../../lib/fleet/session/session.ts';
import { eventually } from '../../../support/eventually.ts';
import { hostOf, inputOf, NEW, NEWER, planned } from '../rollout/fleet-records.ts';

const KEYS = keysOf('shop');

/** Sessions of several hosts around one engine, on a clock that a spec moves. */
class Stage {
  nowMs = 1_000_000;
  readonly engine = new LocalEngine(() => this.nowMs);
  /** How often any of them was told that something has changed. */
  changes = 0;
  readonly #sessions: FleetSession[] = [];

  open(host: string, instance = `run of ${host}`): FleetSession {
    const session = new FleetSession({
      coordinator: this.engine.connect(),
      keys: KEYS,
      host,
      instance,
      now: () => this.nowMs,
      // Hours ahead of or behind the others.
      wallNow: () => (host === 'a' ? 0 : 9e12),
      random: () => 0,
      onChanged: () => {
        this.changes += 1;
      },
    });
    session.begin();
    this.#sessions.push(session);
    return session;
  }

  async end(): Promise<void> {
    for (const session of this.#sessions) await session.end();
  }
}

function told(host: string, text: string | null = null) {
  const evidence = text === null ? null : { build: NEW, text };
  return { record: JSON.stringify(hostOf(host)), evidence };
}

describe('A host in a fleet', () => {
  let stage = new Stage();

  beforeEach(() => {
    stage = new Stage();
  });
  afterEach(() => stage.end());

  const untilHosts = (session: FleetSession, names: string): Promise<unknown> =>
    eventually(`the hosts are ${names}`, () => {
      return session.view.hosts.map(({ host }) => host).join() === names;
    });

  it('is seen by the others, with its evidence, until it is silent for too long', async () => {
    const [a, b] = [stage.open('a'), stage.open('b')];
    await a.beat(told('a', 'evidence of a'));
    await b.beat(told('b'));
    await untilHosts(b, 'a,b');
    // It leads, and so it is the one that adds up.
    await eventually('the evidence is seen', () => a.view.evidenceOn(NEW).length === 1);
    expect(a.view.evidenceOn(NEW)[0]?.text).to.equal('evidence of a');
    expect(b.view.evidenceOn(NEW)).to.deep.equal([]);
    stage.nowMs += LEASE_MS - 1;
    await b.beat(told('b'));
    stage.nowMs += 1;
    stage.engine.expire();
    await untilHosts(b, 'b');
    await eventually('nobody leads', () => b.view.leader === null);
    await b.beat(told('b', 'evidence of b'));
    await a.beat(told('a', 'more of a'));
    await untilHosts(b, 'a,b');
    await eventually('the next leader sees all', () => b.view.evidenceOn(NEW).length === 2);
    await eventually('the one before sees none', () => a.view.evidenceOn(NEW).length === 0);
  });

  it('does not know how old the evidence is that was there before it led, and when the next came', async () => {
    const a = stage.open('a');
    const client = stage.engine.connect();
    await client.put(KEYS.evidence(NEW, 'x'), 'old');
    await a.beat(told('a'));
    const seen = (): unknown => a.view.evidenceOn(NEW);
    await eventually('it is seen', () => a.view.evidenceOn(NEW).length === 1);
    await eventually('it leads', () => a.view.leader?.host === 'a');
    expect(seen()).to.deep.equal([{ host: 'x', text: 'old' }]);
    const before = stage.changes;
    await client.put(KEYS.evidence(NEW, 'x'), 'new');
    await eventually('the next is seen', () => a.view.evidenceOn(NEW)[0]?.text === 'new');
    expect(seen()).to.deep.equal([{ host: 'x', text: 'new', seenAtMs: 0 }]);
    // The leader looks at its ticks, and not each time that one of 200 hosts has counted something.
    expect(stage.changes).to.equal(before);
  });

  it('lets another host lead that can read the rollout, and overwrites nothing', async () => {
    const a = stage.open('a');
    await a.beat(told('a'));
    await eventually('it leads', () => a.leadership !== null);
    const client = stage.engine.connect();
    await client.put(KEYS.rollout, '{"schema":"vili.rollout/2"}');
    await eventually('it is seen', () => a.view.rolloutProblem !== null);
    expect(a.view.rolloutProblem).to.match(/state\/rollout cannot be read by this version of Vili/);
    await a.beat(told('a'));
    expect(a.leadership).to.equal(null);
    await eventually('nobody leads', () => a.view.leader === null);
    await a.beat(told('a'));
    expect(a.leadership).to.equal(null);
    await client.remove(KEYS.rollout);
    await eventually('it is gone', () => a.view.rolloutProblem === null);
    await a.beat(told('a'));
    expect(a.leadership).to.not.equal(null);
  });

  it('leaves out the evidence of a host that the rollout goes on without, which would hold it for ever', async () => {
    const [a, b] = [stage.open('a'), stage.open('b')];
    await a.beat(told('a', 'evidence of a'));
    await b.beat(told('b', 'rejected by b'));
    await untilHosts(a, 'a,b');
    await eventually('all evidence is seen', () => a.view.evidenceOn(NEW).length === 2);
    const { rollout } = planned(null, inputOf(a.view.hosts, { token: a.leadership?.token ?? 0 }));
    expect(await a.write({ ...rollout, excluded: ['b'] }, false)).to.equal(true);
    await eventually('that is seen', () => a.view.rollout?.excluded.join() === 'b');
    expect(a.view.evidenceOn(NEW).map(({ text }) => text)).to.deep.equal(['evidence of a']);
    expect(a.view.evidenceOn(NEWER)).to.deep.equal([]);
  });

  it('leads when nobody does, and no longer once its lease is over', async () => {
    const [a, b] = [stage.open('a'), stage.open('b')];
    await a.beat(told('a'));
    await eventually('it knows of the fleet', () => a.isAlive);
    await b.beat(told('b'));
    const first = a.leadership;
    expect(first?.token).to.be.above(0);
    expect(b.leadership).to.equal(null);
    stage.nowMs += LEASE_MS;
    expect(a.isAlive).to.equal(false);
    expect(a.leadership).to.equal(null);
    stage.engine.expire();
    await eventually('nobody leads', () => b.view.leader === null);
    await b.beat(told('b'));
    expect(b.leadership?.token).to.be.above(first?.token ?? Number.POSITIVE_INFINITY);
    // It does not know yet, and is refused.
    const { rollout } = planned(null, inputOf([hostOf('a')]));
    expect(await a.write(rollout, false)).to.equal(false);
    expect(await b.write(rollout, false)).to.equal(true);
    await eventually('the other one knows', () => a.view.leader?.host === 'b');
    await a.beat(told('a'));
    expect(a.leadership).to.equal(null);
  });

  it('begins nothing when its lease was confirmed too long ago to be sure of it', async () => {
    const a = stage.open('a');
    await a.beat(told('a'));
    await eventually('it knows of the fleet', () => a.isAlive);
    stage.nowMs += LEASE_MS - 4000;
    expect(a.isAlive).to.equal(false);
    await a.beat(told('a'));
    expect(a.isAlive).to.equal(true);
  });

  it('puts what has not changed only once', async () => {
    const a = stage.open('a');
    await a.beat(told('a', 'evidence'));
    const { revision } = stage.engine.get('/');
    await a.beat(told('a', 'evidence'));
    await a.beat(told('a', 'evidence'));
    expect(stage.engine.get('/').revision).to.equal(revision);
  });

  it('lets nobody speak for another host, and takes a hold that cannot be read for one', async () => {
    const b = stage.open('b');
    const client = stage.engine.connect();
    await client.put(KEYS.host('x'), JSON.stringify(hostOf('y')));
    await client.put(KEYS.rollout, '{"schema":"vili.rollout/1"}');
    await client.put(KEYS.hold, 'not JSON');
    await eventually('the hold is seen', () => b.view.hold !== null);
    expect(b.view.hosts).to.deep.equal([]);
    expect(b.view.rollout).to.equal(null);
    expect(b.view.rolloutRevision).to.be.above(0);
  });

  it('stays out when another host has its name, and comes in when that one has gone', async () => {
    const [one, other] = [stage.open('a'), stage.open('a', 'another run')];
    const its = {
      record: JSON.stringify(hostOf('a', { instance: 'another run' })),
      evidence: null,
    };
    await one.beat(told('a'));
    await other.beat(its);
    await eventually('it is overwritten', () => one.view.hosts[0]?.instance === 'another run');
    const failures: unknown[] = [];
    for (let beat = 0; beat < 3; beat += 1) {
      await one.beat(told('a')).catch((error: unknown) => failures.push(error));
    }
    expect(String(failures[0])).to.match(/another host calls itself a in this fleet/);
    expect(one.isAlive).to.equal(false);
    expect(one.problem).to.match(/another host calls itself a/);
    await other.end();
    await eventually('the other one has gone', () => one.view.hosts.length === 0);
    await one.beat(told('a'));
    expect(one.isAlive).to.equal(true);
  });

  it('is gone at once when it leaves', async () => {
    const [a, b] = [stage.open('a'), stage.open('b')];
    await a.beat(told('a'));
    await b.beat(told('b'));
    await untilHosts(b, 'a,b');
    await a.end();
    await untilHosts(b, 'b');
    await eventually('nobody leads', () => b.view.leader === null);
  });
});
