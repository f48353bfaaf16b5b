import { expect } from 'chai';
import type { Change } from '../../../../lib/fleet/engine/coordinator.ts';
import type { Build, HostRecord, Rollout } from '../../../../lib/fleet/rollout/records.ts';
import { keysOf } from '../../../../lib/fleet/session/keys.ts';
import { goneHost, hostOf, NEW, OLD } from '../../../lib/fleet/rollout/fleet-records.ts';
import { auditRevisions, type RevisionAudit } from './revisions.ts';

const KEYS = keysOf('shop');
const WAVES = [{ hosts: 1 }, { share: 1 }];

/** Revisions as etcd has them, one change each. */
class Revisions {
  readonly changes: Change[] = [];
  #revision = 1;
  #token = 0;

  lead(host: string): this {
    this.#token = this.#revision + 1;
    return this.#put(KEYS.leader, host);
  }

  nobodyLeads(): this {
    this.changes.push({ key: KEYS.leader, entry: null, revision: ++this.#revision });
    return this;
  }

  host(...records: readonly HostRecord[]): this {
    for (const one of records) this.#put(KEYS.host(one.host), JSON.stringify(one));
    return this;
  }

  evidence(build: Build): this {
    return this.#put(KEYS.evidence(build, 'a'), '');
  }

  held(isHeld: boolean): this {
    const revision = ++this.#revision;
    const entry = { key: KEYS.hold, value: '{}', revision, created: revision };
    this.changes.push({ key: KEYS.hold, entry: isHeld ? entry : null, revision });
    return this;
  }

  away(host: string): this {
    this.changes.push({ key: KEYS.host(host), entry: null, revision: ++this.#revision });
    return this;
  }

  rollout(change: Partial<Rollout>): this {
    const rollout: Rollout = {
      schema: 'vili.rollout/1',
      id: 1,
      token: this.#token,
      candidate: NEW,
      phase: 'waves',
      wave: 0,
      assigned: {},
      settled: [],
      members: ['a', 'b', 'c'],
      heldBy: null,
      excluded: [],
      decidedBy: 'vili',
      reasons: [],
      takesBack: false,
      leaving: {},
      finished: [],
      ...change,
    };
    return this.#put(KEYS.rollout, JSON.stringify(rollout));
  }

  audit(): RevisionAudit {
    return auditRevisions(this.changes, { keys: KEYS, waves: WAVES, initial: OLD.version });
  }

  // Private

  #put(key: string, value: string): this {
    const revision = ++this.#revision;
    const created = key === KEYS.leader ? revision : 1;
    this.changes.push({ key, entry: { key, value, revision, created }, revision });
    return this;
  }
}

/** Three hosts under a leader, with evidence on the new build. */
function fleet(): Revisions {
  return bare().evidence(NEW);
}

function bare(): Revisions {
  return new Revisions().lead('a').host(hostOf('a'), hostOf('b'), hostOf('c'));
}

const SWITCHING = { isSwitching: true };
const DONE = { isOnProbation: false };

describe('The audit of a fleet by its revisions', () => {
  it('has nothing against a rollout that goes wave by wave', () => {
    const { problems, rollouts, leaders, switchingAtOnce } = fleet()
      .rollout({ phase: 'collecting' })
      .rollout({ assigned: { a: 0 } })
      .host(hostOf('a', SWITCHING), goneHost('a'), goneHost('a', DONE))
      .rollout({ wave: 1, assigned: { a: 0, b: 1, c: 1 }, settled: ['a'] })
      .host(hostOf('b', SWITCHING), hostOf('c', SWITCHING), goneHost('b'), goneHost('c'))
      .rollout({ phase: 'done', wave: 1, assigned: { a: 0, b: 1, c: 1 } })
      .audit();
    expect(problems).to.deep.equal([]);
    expect(rollouts).to.deep.equal([
      { id: 1, version: NEW.version, end: 'done', leaders: 1, gone: 3 },
    ]);
    expect([leaders, switchingAtOnce]).to.deep.equal([1, 2]);
  });

  it('finds a host that goes without being told, also when a leader takes note of it', () => {
    const history = fleet()
      .rollout({ assigned: { a: 0 } })
      .host(hostOf('b', SWITCHING));
    const expected = [/^revision 8: b went to shop-1\.1, and nobody had told it to$/];
    expectProblems(history, expected);
    expectProblems(history.rollout({ assigned: { a: 0, b: 0 } }), expected);
  });

  it('finds more hosts told than the wave has room for', () => {
    expectProblems(fleet().rollout({ assigned: { a: 0, b: 0 } }), [
      /2 hosts may go in wave 1, not 1/,
    ]);
  });

  it('finds hosts told while the rollout is held, or has not begun', () => {
    expectProblems(fleet().rollout({ assigned: { a: 0 }, heldBy: 'c' }), [/is held, and tells a/]);
    expectProblems(fleet().rollout({ assigned: { a: 0 }, phase: 'rejected' }), [
      /is rejected, and tells a/,
    ]);
  });

  it('finds hosts told while an operator holds the fleet, unless the leader may not have seen it', () => {
    const told = { assigned: { a: 0 } };
    expectProblems(fleet().held(true).rollout({}).rollout(told), [
      /^revision 9: the fleet is held by an operator, and the rollout tells a/,
    ]);
    expectProblems(fleet().rollout({}).held(true).rollout(told), []);
    expectProblems(fleet().held(true).rollout({}).held(false).rollout(told), []);
  });

  it('finds a decision on a build of which there is no evidence', () => {
    const rejected = { phase: 'rejected' } as const;
    expectProblems(bare().evidence(OLD).rollout({}), [
      /decided on \(waves\) before there is evidence/,
    ]);
    expectProblems(bare().rollout(rejected), [/decided on \(rejected\) before there is evidence/]);
    expectProblems(bare().rollout({ ...rejected, decidedBy: 'ann' }), []);
    expectProblems(bare().rollout({ phase: 'collecting', decidedBy: '' }), []);
  });

  it('finds a wave that opens too early, but not for a host that was away', () => {
    const open = { wave: 1, assigned: { a: 0, b: 1, c: 1 } };
    const begun = () => fleet().rollout({ assigned: { a: 0 } });
    expectProblems(begun().rollout(open), [/wave 2 opened before a had gone/]);
    expectProblems(begun().away('a').host(hostOf('a')).rollout(open), []);
  });

  it('finds a write by who does not lead any more, and a token that goes back', () => {
    expectProblems(fleet().nobodyLeads().rollout({}), [/token 2 wrote, and the leader had null/]);
    expectProblems(fleet().rollout({}).lead('b').rollout({ token: 2 }), [
      /token 2 wrote, and the leader had 8/,
    ]);
    expectProblems(fleet().lead('b').rollout({}).rollout({ token: 2 }), [
      /token 2 wrote, and the leader had 7/,
      /the token went back from 7 to 2/,
    ]);
  });

  it('finds a host that obeys an earlier leader after a later one', () => {
    const obeyed = (token: number): HostRecord => hostOf('c', { token });
    expectProblems(fleet().host(obeyed(9), obeyed(2)), [/c obeyed token 9, and then 2/]);
    // A Vili that was started again knows of none.
    expectProblems(fleet().host(obeyed(9), { ...obeyed(0), instance: 'another run' }), []);
  });

  it('tells a rollout that another one took the place of', () => {
    const newer = { id: 2, candidate: { version: 'shop-1.2', sha256: 'd'.repeat(64) } };
    const { rollouts } = fleet().rollout({}).rollout(newer).audit();
    expect(rollouts.map(({ end }) => end)).to.deep.equal(['superseded', 'waves']);
    expectProblems(
      fleet()
        .rollout({})
        .rollout({ ...newer, id: 3, phase: 'collecting' }),
      [/rollout 3 follows 1/],
    );
  });
});

function expectProblems(history: Revisions, expected: readonly RegExp[]): void {
  const { problems } = history.audit();
  expect(problems.length, problems.join('\n')).to.equal(expected.length);
  for (const [at, words] of expected.entries()) expect(problems[at]).to.match(words);
}
