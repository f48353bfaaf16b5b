import { expect } from 'chai';
import { parseRollout } from '../../../../lib/fleet/rollout/parse.ts';
import { orderFor } from '../../../../lib/fleet/rollout/orders.ts';
import { plan } from '../../../../lib/fleet/rollout/plan.ts';
import {
  goneHost,
  hostOf,
  inputOf,
  NEW,
  NEWER,
  OLD,
  OTHER,
  PROMOTE,
  planned,
  REJECT,
} from './fleet-records.ts';

const FOUR = ['a', 'b', 'c', 'd'];
const testing = () => FOUR.map((name) => hostOf(name));

describe('the plan of a rollout', () => {
  it('begins with the build that most hosts test, and waits for the evidence of all', () => {
    const hosts = [...testing(), hostOf('e', { testing: { ...OTHER, isReady: true } })];
    const { rollout, events } = planned(null, inputOf(hosts));
    expect(rollout).to.include({ id: 1, phase: 'collecting', token: 1 });
    expect(rollout.candidate).to.deep.equal(NEW);
    expect(rollout.members).to.deep.equal(['a', 'b', 'c', 'd', 'e']);
    expect(events.map(({ kind }) => kind)).to.deep.equal(['began']);
    expect(plan(rollout, inputOf(hosts)).rollout).to.equal(rollout);
    expect(plan(null, inputOf([hostOf('a', { testing: null })])).rollout).to.equal(null);
  });

  it('goes in waves, each after the probation of the one before, and is done when all have gone', () => {
    let { rollout } = planned(null, inputOf(testing()));
    const step = (hosts = testing()) => {
      const { rollout: next, events } = planned(rollout, inputOf(hosts, { merged: PROMOTE }));
      rollout = next;
      return events.map(({ kind }) => kind);
    };
    expect(step()).to.deep.equal(['wave']);
    expect(rollout.assigned).to.deep.equal({ a: 0 });
    expect(step()).to.deep.equal([]);
    const [, b, c, d] = testing();
    if (!b || !c || !d) throw new Error('there are four');
    expect(step([goneHost('a'), b, c, d])).to.deep.equal([]);
    expect(rollout.assigned).to.deep.equal({ a: 0 });
    const a = goneHost('a', { isOnProbation: false });
    expect(step([a, b, c, d])).to.deep.equal(['wave']);
    expect(rollout.assigned).to.deep.equal({ a: 0, b: 1 });
    const secondGone = goneHost('b', { isOnProbation: false });
    expect(step([a, secondGone, c, d])).to.deep.equal(['wave']);
    expect(rollout.assigned).to.deep.equal({ a: 0, b: 1, c: 2, d: 2 });
    expect(step(FOUR.map((name) => goneHost(name, { isOnProbation: false })))).to.deep.equal([
      'done',
    ]);
    expect(rollout.phase).to.equal('done');
  });

  it('does not promote by evidence before a quorum has the build, nor when operators decide', () => {
    const few = [hostOf('a'), ...['b', 'c', 'd'].map((name) => hostOf(name, { testing: null }))];
    const input = inputOf(few, { merged: PROMOTE });
    expect(planned(null, input).rollout.phase).to.equal('collecting');
    const isManual = { merged: PROMOTE, isManual: true };
    expect(planned(null, inputOf(testing(), isManual)).rollout.phase).to.equal('collecting');
    const rejecting = { merged: REJECT, isManual: true };
    expect(planned(null, inputOf(testing(), rejecting)).rollout.phase).to.equal('collecting');
  });

  it('takes what the evidence of one build allows for no other, which begins while that evidence is still there', () => {
    const newer = FOUR.map((name) => hostOf(name, { testing: { ...NEWER, isReady: true } }));
    const done = { ...planned(null, inputOf(testing())).rollout, phase: 'done' } as const;
    const underWay = planned(null, inputOf(testing())).rollout;
    for (const before of [done, underWay]) {
      for (const merged of [PROMOTE, REJECT]) {
        const { rollout } = planned(before, inputOf(newer, { merged }));
        expect(rollout.candidate).to.deep.equal(NEWER);
        expect(rollout).to.deep.include({ phase: 'collecting', assigned: {}, decidedBy: '' });
      }
    }
    const own = { ...PROMOTE, sha256: NEWER.sha256 };
    expect(planned(done, inputOf(newer, { merged: own })).rollout.phase).to.equal('waves');
  });

  it('rejects on all hosts by the evidence of all', () => {
    const { rollout, events } = planned(null, inputOf(testing(), { merged: REJECT }));
    expect(rollout).to.include({ phase: 'rejected', decidedBy: 'vili' });
    expect(events.at(-1)?.text).to.equal('shop-1.1 is rejected: it fails more often');
  });

  it('is held by a host that rejects the build, names it, and goes on without it when told to', () => {
    const bad = hostOf('c', { testing: null, rejected: { ...NEW, text: 'other data' } });
    const hosts = [hostOf('a'), hostOf('b'), bad, hostOf('d')];
    const held = planned(
      planned(null, inputOf(testing())).rollout,
      inputOf(hosts, { merged: PROMOTE }),
    );
    expect(held.rollout).to.include({ phase: 'collecting', heldBy: 'c' });
    expect(held.events.map(({ text }) => text)).to.deep.equal([
      'shop-1.1 is held, since c rejected it: other data',
    ]);
    const ask = { kind: 'resume', version: null, by: 'ann', reason: '' } as const;
    const on = planned(held.rollout, inputOf(hosts, { merged: PROMOTE, ask }));
    expect(on.rollout).to.deep.include({ phase: 'waves', heldBy: null, assigned: { a: 0 } });
    expect(planned(on.rollout, inputOf(hosts, { merged: PROMOTE })).rollout.heldBy).to.equal(null);
  });

  it('ends as rejected once all that are there rejected it by themselves, and they are a quorum', () => {
    const { rollout } = planned(null, inputOf(testing()));
    const against = FOUR.map((name) =>
      hostOf(name, { testing: null, rejected: { ...NEW, text: `bad on ${name}` } }),
    );
    const held = planned(rollout, inputOf([...against.slice(0, 3), hostOf('d')])).rollout;
    expect(held).to.include({ phase: 'collecting', heldBy: 'a' });
    const one = planned(rollout, inputOf(against.slice(0, 1))).rollout;
    expect(one).to.include({ phase: 'collecting', heldBy: 'a' });
    for (const before of [rollout, held]) {
      const all = planned(before, inputOf(against));
      expect(all.rollout).to.include({ phase: 'rejected', decidedBy: 'vili', heldBy: null });
      expect(all.rollout.reasons).to.deep.equal(['all 4 hosts rejected it; a: bad on a']);
    }
  });

  it('takes back a host that was away while it was stopped, also once another one has begun', () => {
    const waves = [{ share: 1 }];
    const gone = FOUR.map((name) => goneHost(name));
    let { rollout } = planned(null, inputOf(testing(), { waves, merged: PROMOTE }));
    ({ rollout } = planned(rollout, inputOf(gone, { waves })));
    const back = ['a', 'b', 'c'].map((name) =>
      hostOf(name, { testing: null, rejected: { ...NEW, text: 'users got errors' } }),
    );
    ({ rollout } = planned(rollout, inputOf(back, { waves })));
    expect(rollout).to.deep.include({ phase: 'stopped', leaving: {} });
    expect(planned(rollout, inputOf(back, { waves })).rollout.assigned).to.deep.equal({ d: 0 });
    const newer = { testing: { ...NEWER, isReady: true } };
    const others = back.map((host) => ({ ...host, ...newer }));
    ({ rollout } = planned(rollout, inputOf(others, { waves })));
    expect(rollout).to.deep.include({ id: 2, candidate: NEWER, leaving: { d: NEW } });
    const late = goneHost('d', newer);
    const there = [...others, late];
    expect(orderFor(rollout, late, { leader: 1, held: null, waveCount: 1 })).to.deep.equal({
      act: 'roll-back',
      build: NEW,
      reasons: ['the rollout of shop-1.1 was stopped while d was away'],
    });
    expect(planned(rollout, inputOf(there, { waves })).rollout.leaving).to.deep.equal({ d: NEW });
    const away = planned(rollout, inputOf(others, { waves, released: new Set(['d']) })).rollout;
    expect(away.leaving).to.deep.equal({ d: NEW });
    const home = [...others, hostOf('d', newer)];
    expect(planned(rollout, inputOf(home, { waves })).rollout.leaving).to.deep.equal({});
  });

  it('knows a host by its name, whatever that is', () => {
    const hosts = ['constructor', 'valueOf'].map((name) => hostOf(name));
    const { rollout } = planned(null, inputOf(hosts, { merged: PROMOTE }));
    expect(rollout.assigned).to.deep.equal({ constructor: 0 });
    const [first, second] = hosts.map((host) =>
      orderFor(rollout, host, { leader: 1, held: null, waveCount: 3 }),
    );
    expect([first?.act, second?.act]).to.deep.equal(['promote', 'wait']);
  });

  it('stops when a host that has gone goes back, and takes the others back as on_rollback says', () => {
    const hosts = [
      goneHost('a', { isOnProbation: false }),
      ...['b', 'c', 'd'].map((name) => hostOf(name)),
    ];
    let { rollout } = planned(null, inputOf(testing(), { merged: PROMOTE }));
    ({ rollout } = planned(rollout, inputOf(hosts, { merged: PROMOTE })));
    const back = hostOf('b', { testing: null, rejected: { ...NEW, text: 'users got errors' } });
    const after = [goneHost('a', { isOnProbation: false }), back, hostOf('c'), hostOf('d')];
    const all = planned(rollout, inputOf(after));
    expect(all.rollout).to.include({ phase: 'stopped', takesBack: true });
    expect(all.rollout.reasons).to.deep.equal(['b: users got errors']);
    const stay = planned(rollout, inputOf(after, { onRollback: 'stay' }));
    expect(stay.rollout).to.include({ phase: 'stopped', takesBack: false });
  });

  it('is superseded by a newer build once a quorum tests it', () => {
    const { rollout } = planned(null, inputOf(testing()));
    const newer = { testing: { ...NEWER, isReady: true } };
    const one = [hostOf('a', newer), hostOf('b'), hostOf('c'), hostOf('d')];
    expect(planned(rollout, inputOf(one)).rollout.candidate).to.deep.equal(NEW);
    const two = [hostOf('a', newer), hostOf('b', newer), hostOf('c'), hostOf('d')];
    expect(planned(rollout, inputOf(two)).rollout).to.deep.include({ id: 2, candidate: NEWER });
  });

  it('is not blocked by a host that is away, which follows when it is back', () => {
    const waves = [{ share: 1 }];
    const here = ['a', 'b', 'c'].map((name) => hostOf(name));
    let { rollout } = planned(null, inputOf(testing(), { waves }));
    ({ rollout } = planned(rollout, inputOf(here, { waves, merged: PROMOTE })));
    expect(Object.keys(rollout.assigned)).to.deep.equal(['a', 'b', 'c']);
    const gone = ['a', 'b', 'c'].map((name) => goneHost(name, { isOnProbation: false }));
    ({ rollout } = planned(rollout, inputOf(gone, { waves })));
    expect(rollout.phase).to.equal('done');
    ({ rollout } = planned(rollout, inputOf([...gone, hostOf('d')], { waves })));
    expect(Object.keys(rollout.assigned)).to.deep.equal(['a', 'b', 'c', 'd']);
  });

  it('keeps the place of a host that went away on its way, until it is given up', () => {
    let { rollout } = planned(null, inputOf(testing(), { merged: PROMOTE }));
    const here = ['b', 'c', 'd'].map((name) => hostOf(name));
    ({ rollout } = planned(rollout, inputOf(here, { merged: PROMOTE })));
    expect(rollout.assigned).to.deep.equal({ a: 0 });
    const released = new Set(['a']);
    ({ rollout } = planned(rollout, inputOf(here, { merged: PROMOTE, released })));
    expect(rollout.assigned).to.deep.equal({ b: 0 });
  });

  it('tells no host while an operator has paused the fleet, and stops all the same', () => {
    const paused = inputOf(testing(), { merged: PROMOTE, isHeld: true });
    expect(planned(null, paused).rollout.phase).to.equal('collecting');
    expect(
      planned(null, inputOf(testing(), { merged: REJECT, isHeld: true })).rollout.phase,
    ).to.equal('rejected');
  });

  it('does what a person asks for, of the version that is meant', () => {
    const { rollout } = planned(null, inputOf(testing()));
    const ask = { by: 'ann', reason: 'now', version: NEW.version } as const;
    const all = planned(rollout, inputOf(testing(), { ask: { ...ask, kind: 'promote' } }));
    expect(Object.keys(all.rollout.assigned)).to.deep.equal(FOUR);
    expect(all.rollout).to.deep.include({ decidedBy: 'ann', reasons: ['ann asked for it: now'] });
    const none = planned(rollout, inputOf(testing(), { ask: { ...ask, kind: 'reject' } }));
    expect(none.rollout.phase).to.equal('rejected');
    const other = inputOf(testing(), { ask: { ...ask, kind: 'reject', version: OLD.version } });
    expect(planned(rollout, other).rollout.phase).to.equal('collecting');
    const stopped = planned(all.rollout, inputOf(testing(), { ask: { ...ask, kind: 'reject' } }));
    expect(stopped.rollout).to.include({ phase: 'stopped', takesBack: true });
  });

  it('is promoted by a person although several hosts reject it, and none of them holds it again', () => {
    const rejected = { testing: null, rejected: { ...NEW, text: 'other data' } };
    const hosts = [hostOf('a'), hostOf('b', rejected), hostOf('c', rejected), hostOf('d')];
    const held = planned(planned(null, inputOf(testing())).rollout, inputOf(hosts)).rollout;
    expect(held.heldBy).to.equal('b');
    const ask = { kind: 'promote', version: null, by: 'ann', reason: '' } as const;
    const { rollout, events } = planned(held, inputOf(hosts, { ask }));
    expect(rollout).to.include({ phase: 'waves', heldBy: null });
    expect(rollout.excluded).to.deep.equal(['b', 'c']);
    expect(Object.keys(rollout.assigned)).to.deep.equal(['a', 'd']);
    expect(events.map(({ kind }) => kind)).to.not.include('held');
    expect(planned(rollout, inputOf(hosts)).rollout.heldBy).to.equal(null);
  });

  it('counts a host that goes by hand after such a promotion in the last wave', () => {
    const { rollout } = planned(null, inputOf(testing()));
    const busy = FOUR.map((name) => hostOf(name, { waits: 'paused by ann' }));
    const ask = { kind: 'promote', version: null, by: 'ann', reason: '' } as const;
    const opened = planned(rollout, inputOf(busy, { ask })).rollout;
    expect(opened.assigned).to.deep.equal({});
    const [, ...others] = busy;
    const byHand = [goneHost('a', { isOnProbation: false }), ...others];
    expect(planned(opened, inputOf(byHand)).rollout.assigned).to.deep.equal({ a: 2 });
  });

  it('can be read by all, however long the reasons of hosts, people and the evidence are', () => {
    const text = 'x'.repeat(300);
    const bad = hostOf('c', { testing: null, rejected: { ...NEW, text } });
    const hosts = [hostOf('a'), hostOf('b'), bad, hostOf('d')];
    const { rollout } = planned(null, inputOf(testing()));
    const ask = { kind: 'promote', version: null, by: 'ann', reason: text } as const;
    const merged = { ...REJECT, reasons: Array<string>(2000).fill(`${text}y`) };
    const gone = { ...rollout, phase: 'waves', assigned: { c: 0 } } as const;
    for (const { rollout: next } of [
      planned(rollout, inputOf(hosts)),
      planned(gone, inputOf(hosts)),
      planned(rollout, inputOf(testing(), { ask })),
      planned(rollout, inputOf(testing(), { merged })),
    ]) {
      expect(next).to.not.equal(rollout);
      expect(next.reasons[0]).to.match(/…$/);
      expect(next.reasons.length).to.be.at.most(10);
      expect(parseRollout(JSON.stringify(next))).to.deep.equal(next);
    }
    const held = planned(rollout, inputOf(hosts));
    expect(plan(held.rollout, inputOf(hosts))).to.deep.equal({ rollout: held.rollout, events: [] });
  });
});
