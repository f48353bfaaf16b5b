import { expect } from 'chai';
import type { Entry } from '../../../../lib/fleet/engine/coordinator.ts';
import { FleetView } from '../../../../lib/fleet/session/fleet-view.ts';
import { keysOf } from '../../../../lib/fleet/session/keys.ts';
import { NEW } from '../rollout/fleet-records.ts';

const KEYS = keysOf('shop');
const KEY = KEYS.evidence(NEW, 'a');

function entriesOf(key: string, value: string, revision: number): ReadonlyMap<string, Entry> {
  return new Map([[key, { key, value, revision, created: revision }]]);
}

describe('What a leader knows of the age of evidence', () => {
  let nowMs = 1000;
  let view = new FleetView(KEYS, () => nowMs);
  const seenAtMs = (): number | undefined => view.evidenceOn(NEW)[0]?.seenAtMs;

  beforeEach(() => {
    nowMs = 1000;
    view = new FleetView(KEYS, () => nowMs);
    view.updateEvidence(new Map(), true);
    view.updateEvidence(entriesOf(KEY, 'one', 2), false);
    expect(seenAtMs()).to.equal(1000);
    nowMs = 60_000;
  });

  it('stays what it was when the same is put again under another lease, at once or after it was gone', () => {
    view.updateEvidence(entriesOf(KEY, 'one', 3), false);
    expect(seenAtMs()).to.equal(1000);
    view.updateEvidence(new Map(), false);
    view.updateEvidence(entriesOf(KEY, 'one', 5), false);
    expect(seenAtMs()).to.equal(1000);
    view.updateEvidence(entriesOf(KEY, 'two', 6), false);
    expect(seenAtMs()).to.equal(60_000);
  });

  it('is nothing for what came while it did not look, and is forgotten with its leadership', () => {
    view.updateEvidence(entriesOf(KEY, 'one', 3), true);
    expect(seenAtMs()).to.equal(1000);
    view.updateEvidence(entriesOf(KEY, 'two', 4), true);
    expect(view.evidenceOn(NEW)).to.deep.equal([{ host: 'a', text: 'two' }]);
    view.forgetEvidence();
    expect(view.evidenceOn(NEW)).to.deep.equal([]);
    view.updateEvidence(entriesOf(KEY, 'two', 4), true);
    expect(seenAtMs()).to.equal(undefined);
  });
});

describe('A rollout in the engine', () => {
  it('that cannot be read is told apart from none', () => {
    const view = new FleetView(KEYS, () => 0);
    expect(view.rolloutProblem).to.equal(null);
    view.update(entriesOf(KEYS.rollout, '{"schema":"vili.rollout/2"}', 7));
    expect(view.rollout).to.equal(null);
    expect(view.rolloutProblem).to.match(
      /^the rollout in \/vili\/shop\/state\/rollout cannot be read/,
    );
    view.update(new Map());
    expect(view.rolloutProblem).to.equal(null);
  });
});
