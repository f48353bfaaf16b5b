import { expect } from 'chai';
import { type Act, planAct } from '../../../lib/deployment/acts.ts';
import {
  type Candidate,
  type Deployment,
  NOTHING_DEPLOYED,
} from '../../../lib/deployment/state.ts';
import { release, TAKEOVER } from './world.ts';

const RULES = {
  nowMs: 0,
  wallMs: 0,
  probationMs: 0,
  comparedMs: null,
  isRollbackManual: false,
  testingCrashesMax: 2,
  takeover: TAKEOVER,
  compareVersions: (a: string, b: string) => Number(a) - Number(b),
};
const ACT: Omit<Act, 'kind'> = { version: null, by: 'anna', reason: '', release: null };
const RUNNING = { release: release(2), phase: 'ready', target: null } as const;
const ROLLBACK = {
  version: 'shop-1',
  release: null,
  phase: 'restoring',
  by: 'anna',
  reasons: [],
  newer: [],
} as const;
const TESTING: Candidate = {
  release: release(3),
  phase: 'testing',
  crashes: 0,
  sinceMs: 0,
  begun: true,
};

describe('An act of an operator', () => {
  it('promotes or rejects the version under test, and says by whom', () => {
    const state = stateWith({ testing: TESTING });
    const promoted = plan(state, { kind: 'promote', reason: 'urgent' });
    expect(promoted.reply).to.include({ done: true, text: 'shop-3 is being promoted' });
    expect(promoted.event).to.include({ type: 'verdict', decision: 'promote', by: 'anna' });
    expect(promoted.event).to.have.nested.property('reasons[0].text', 'anna asked for it: urgent');
    const rejected = plan(state, { kind: 'reject', version: 'shop-3' });
    expect(rejected.reply).to.include({ done: true, text: 'shop-3 is rejected' });
    expect(rejected.event).to.include({ type: 'verdict', decision: 'reject' });
  });

  it('rejects also the version that is getting ready to replace the one under test', () => {
    const incoming: Candidate = { ...TESTING, release: release(4), phase: 'starting' };
    const state = stateWith({ testing: TESTING, incoming });
    expect(plan(state, { kind: 'reject', version: 'shop-4' }).event).to.include({ name: 'shop-4' });
  });

  it('is not possible while what it means does not exist, and the reply says why', () => {
    const waiting: Candidate = { ...TESTING, phase: 'waiting' };
    const promotion = { phase: 'starting', by: 'vili', reasons: [] } as const;
    const cases: readonly [Partial<Deployment>, Partial<Act> & Pick<Act, 'kind'>, string][] = [
      [{}, { kind: 'promote' }, 'no version is under test'],
      [{}, { kind: 'reject', version: 'shop-9' }, 'no version is under test'],
      [
        { testing: TESTING },
        { kind: 'promote', version: 'shop-9' },
        'shop-9 is not under test; shop-3 is',
      ],
      [{ testing: waiting }, { kind: 'promote' }, 'shop-3 is not ready yet (waiting)'],
      [{ testing: TESTING, promotion }, { kind: 'promote' }, 'shop-3 is being promoted already'],
      [{}, { kind: 'rollback' }, 'no version is known that served before; name one'],
      [{}, back(2), 'shop-2 is running already'],
      [{}, { ...back(1), leaves: 'shop-3' }, 'shop-2 is running: users have left shop-3 already'],
      [{}, back(9, 'there is no archive/shop-9.zip'), 'there is no archive/shop-9.zip'],
      [{}, back(3), 'shop-3 is newer than shop-2, which is running: vili retest 3'],
      [{ testing: TESTING }, back(3), 'shop-3 is under test: vili promote 3'],
      [{ running: null }, back(1), 'no version is running, so there is none to go back from'],
      [{ rollback: ROLLBACK }, back(1), 'users are on their way back to shop-1 already'],
      [{ running: null }, { kind: 'restart', role: 'running' }, 'no version is running'],
      [{}, { kind: 'restart', role: 'testing' }, 'no version is under test'],
      [
        { testing: waiting },
        { kind: 'restart', role: 'testing' },
        'shop-3 is not started yet (waiting)',
      ],
      [
        { testing: TESTING, promotion },
        { kind: 'restart', role: 'running' },
        'shop-3 is being promoted, with a fresh process anyway',
      ],
      [
        { rollback: ROLLBACK },
        { kind: 'restart', role: 'running' },
        'users are on their way back to shop-1',
      ],
      [{}, { kind: 'retest' }, 'no version cannot be tested again'],
      [
        {},
        { kind: 'retest', version: 'shop-1' },
        'the file of shop-1 is not in the base: it cannot be tested again',
      ],
    ];
    for (const [change, act, text] of cases) {
      const { reply, event } = plan(stateWith(change), act);
      expect(reply).to.include({ done: false, text });
      expect(event).to.equal(null);
    }
  });

  it('takes users back from the version that they are to leave', () => {
    const { event } = plan(stateWith({}), { ...back(1), leaves: 'shop-2' });
    expect(event).to.deep.include({ type: 'roll-back', version: 'shop-1' });
  });

  it('takes users back to the previous version while that is kept', () => {
    const target = { instance: 'shop-1/1_running', host: '127.0.0.1', port: 1 };
    const previous = { release: release(1), target, untilMs: 9 };
    const gone = 'there is no archive/shop-1.zip';
    const { reply, event } = plan(stateWith({ previous, testing: TESTING }), back(1, gone));
    expect(reply).to.include({ version: 'shop-1', text: 'users go back from shop-2 to shop-1' });
    expect(reply.steps).to.deep.equal([
      'new requests go to shop-1, which is warm, in one step; those in flight finish at shop-2',
      'the test of shop-3 ends without a verdict (superseded); vili retest begins it again',
      'shop-2 is stopped and counts as taken back: it is tested again only by vili retest',
    ]);
    expect(event).to.include({ type: 'roll-back', version: 'shop-1', by: 'anna' });
  });

  it('takes users back to an archived version once it is ready, or only says how', () => {
    const { reply, event } = plan(stateWith({}), { ...back(1), isDryRun: true });
    expect(reply).to.include({
      done: true,
      text: 'users go back from shop-2 to shop-1 once it is ready',
    });
    expect(reply.steps?.map((step) => step.split(',')[0])).to.deep.equal([
      'archive/shop-1.zip is unpacked to shop-1/ and every entry verified',
      'shop-1 starts; shop-2 serves until it is ready',
      'new requests go to shop-1 in one step; those in flight finish at shop-2',
      'shop-2 is stopped and counts as taken back: it is tested again only by vili retest',
    ]);
    expect(event).to.equal(null);
    const busy = plan(stateWith({ archiving: ['shop-1'] }), back(1, 'there is no archive'));
    expect(busy.reply.steps?.[0]).to.equal('shop-1, which is being archived now, is waited for');
    expect(busy.event).to.include({ type: 'roll-back' });
  });

  it('pauses and resumes once', () => {
    const paused = { by: 'anna', at: '2026-01-01T00:00:00.000Z', reason: 'freeze' };
    expect(plan(stateWith({}), { kind: 'pause', reason: 'freeze' }).event).to.include({
      type: 'pause',
      by: 'anna',
      reason: 'freeze',
    });
    expect(plan(stateWith({ paused }), { kind: 'pause' }).reply).to.include({
      done: false,
      text: 'Vili is already paused by anna on 2026-01-01 00:00:00Z (freeze)',
    });
    expect(plan(stateWith({ paused }), { kind: 'resume' }).event).to.include({ type: 'resume' });
    expect(plan(stateWith({}), { kind: 'resume' }).reply.text).to.equal('Vili is not paused');
  });

  it('tests the version rejected last again, or another rejected one by its file', () => {
    const rejected = { release: release(3), reasons: [] };
    const last = plan(stateWith({ rejected }), { kind: 'retest' });
    expect(last.event).to.deep.include({ type: 'retest', release: release(3) });
    const decided = [release(4).fingerprint];
    const other = { kind: 'retest', version: 'shop-4', release: release(4) } as const;
    expect(plan(stateWith({ rejected, decided }), other).event).to.deep.include({
      release: release(4),
    });
  });

  it('tests nothing again to which there is an objection', () => {
    const other = { kind: 'retest', version: 'shop-1', release: release(1) } as const;
    const undecided = plan(stateWith({}), other);
    expect(undecided.reply.text).to.contain('was not rejected or superseded');
    const older = plan(stateWith({ decided: [release(1).fingerprint] }), other);
    expect(older.reply.text).to.equal('shop-1 is not newer than shop-2, which is running');
    const busy = plan(stateWith({ testing: TESTING }), other);
    expect(busy.reply.text).to.equal('shop-3 is being tested; reject it first');
  });

  it('begins the test of the version under test anew, named or not', () => {
    for (const version of [null, 'shop-3']) {
      const { reply, event } = plan(stateWith({ testing: TESTING }), { kind: 'retest', version });
      expect(reply.text).to.match(/^the test of shop-3 begins anew/);
      expect(event).to.deep.include({ type: 'retest', release: release(3) });
    }
  });
});

// Private

function back(version: number, problem: string | null = null): Pick<Act, 'kind' | 'destination'> {
  const destination = { name: `shop-${version}`, version: `${version}`, problem };
  return { kind: 'rollback', destination };
}

function stateWith(change: Partial<Deployment>): Deployment {
  return { ...NOTHING_DEPLOYED, running: RUNNING, ...change };
}

function plan(
  state: Deployment,
  act: Partial<Act> & Pick<Act, 'kind'>,
): ReturnType<typeof planAct> {
  return planAct(state, { ...ACT, ...act }, RULES);
}
