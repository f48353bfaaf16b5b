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
  testingCrashesMax: 2,
  takeover: TAKEOVER,
  compareVersions: (a: string, b: string) => Number(a) - Number(b),
};
const ACT: Omit<Act, 'kind'> = { version: null, by: 'anna', reason: '', release: null };
const RUNNING = { release: release(2), phase: 'ready', target: null } as const;
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
      [{}, { kind: 'rollback' }, 'no previous version is kept: its probation is over'],
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

  it('takes users back to the previous version while that is kept', () => {
    const previous = { release: release(1), target: null, untilMs: 9 };
    const { reply, event } = plan(stateWith({ previous }), { kind: 'rollback' });
    expect(reply).to.include({ version: 'shop-1', text: 'users go back from shop-2 to shop-1' });
    expect(event).to.include({ type: 'roll-back', by: 'anna' });
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
});

// Private

function stateWith(change: Partial<Deployment>): Deployment {
  return { ...NOTHING_DEPLOYED, running: RUNNING, ...change };
}

function plan(
  state: Deployment,
  act: Partial<Act> & Pick<Act, 'kind'>,
): ReturnType<typeof planAct> {
  return planAct(state, { ...ACT, ...act }, RULES);
}
