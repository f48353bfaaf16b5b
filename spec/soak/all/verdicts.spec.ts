import { expect } from 'chai';
import type { HistoryEntry, HistoryEvent } from '../../../lib/model/history.ts';
import { fatesOf, wrongVerdicts } from './verdicts.ts';

const GOOD = { name: 'shop-1.0.1', fault: 'none' } as const;
const BAD = { name: 'shop-1.0.2', fault: 'crash' } as const;
const NONE = { dropped: [GOOD, BAD], killed: [], full: [] };

describe('A verdict of a soak is wrong', () => {
  it('when a good version is rejected or a bad one promoted, and only then', () => {
    expect(wrongVerdicts(NONE, [at(1, 'promoted', GOOD), at(2, 'rejected', BAD)])).to.deep.equal(
      [],
    );
    const wrong = wrongVerdicts(NONE, [at(1, 'rejected', GOOD), at(2, 'promoted', BAD)]);
    expect(wrong).to.have.lengthOf(2);
    expect(wrong[0]).to.match(/shop-1\.0\.1, good, was rejected at .*: why/);
    expect(wrong[1]).to.match(/shop-1\.0\.2, crash, was promoted/);
  });

  it('when users went back from a version that nobody had killed', () => {
    const history = [at(5000, 'rolled-back', GOOD)];
    const kill = { version: GOOD.name, victim: 'running', fromMs: 4000, goneMs: 4010 } as const;
    expect(wrongVerdicts({ ...NONE, killed: [kill] }, history)).to.deep.equal([]);
    expect(wrongVerdicts(NONE, history)).to.have.lengthOf(1);
    const other = { ...kill, version: BAD.name };
    expect(wrongVerdicts({ ...NONE, killed: [other] }, history)).to.have.lengthOf(1);
  });

  it('when one was refused while there was room', () => {
    const history = [at(5000, 'refused', GOOD)];
    expect(
      wrongVerdicts({ ...NONE, full: [{ fromMs: 3000, untilMs: 4500 }] }, history),
    ).to.deep.equal([]);
    expect(
      wrongVerdicts({ ...NONE, full: [{ fromMs: 6000, untilMs: 9000 }] }, history),
    ).to.have.lengthOf(1);
  });
});

describe('The fate of a version', () => {
  it('is what decided on it, in its order', () => {
    const history = [at(1, 'arrived', GOOD), at(2, 'refused', GOOD), at(3, 'promoted', GOOD)];
    const [good, bad] = fatesOf([GOOD, BAD], history);
    expect(good).to.deep.equal({
      ...GOOD,
      events: ['refused', 'promoted'],
      reasons: ['why', 'why'],
    });
    expect(bad?.events).to.deep.equal([]);
  });
});

// Private

function at(ms: number, event: HistoryEvent, { name }: { readonly name: string }): HistoryEntry {
  return { at: new Date(ms).toISOString(), event, version: name, by: 'vili', reasons: ['why'] };
}
