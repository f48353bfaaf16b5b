import { expect } from 'chai';
import fc from 'fast-check';
import { Overdue } from '../../../../lib/mirror/worker/overdue.ts';
import { RunningSlowness } from '../../../../lib/mirror/worker/slowness.ts';

const SEED = 7;

describe('the pace of running', () => {
  it('is slow after some answers at several times their usual time, until they are quick again', () => {
    const pace = new RunningSlowness(10);
    feed(pace, 200, () => 20);
    expect(pace.isSlow).to.equal(false);
    feed(pace, 60, () => 100);
    expect(pace.isSlow).to.equal(true);
    feed(pace, 60, () => 20);
    expect(pace.isSlow).to.equal(false);
  });

  it('is not slow for one pause, for a slow endpoint siblingModule quick ones, or before it is known', () => {
    const pace = new RunningSlowness(10);
    feed(pace, 50, () => 500);
    expect(pace.isSlow).to.equal(false);
    const mixed = new RunningSlowness(10);
    for (let index = 0; index < 400; index++) {
      mixed.observe('GET /slow', 900);
      mixed.observe('GET /quick', 1);
    }
    mixed.observe('GET /quick', 30_000);
    expect(mixed.isSlow).to.equal(false);
  });

  it('is hardly ever slow by the usual scatter of answers', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.double({ min: -1, max: 1, noNaN: true })), (scatter) => {
        const pace = new RunningSlowness(1);
        let slow = 0;
        for (const value of scatter) {
          pace.observe('GET /a', 20 * Math.exp(1.7 * value));
          slow += Number(pace.isSlow);
          if (++count % 3000 === 0) break;
        }
        expect(slow).to.be.below(60);
      }),
      { seed: SEED, numRuns: 20 },
    );
  });

  it('takes a pace that stays for the usual one, and knows so many endpoints only', () => {
    const pace = new RunningSlowness(1);
    feed(pace, 100, () => 20);
    feed(pace, 3000, () => 100);
    expect(pace.isSlow).to.equal(false);
    for (let index = 0; index < 200; index++) pace.observe(`GET /${index}`, 60_000);
    expect(pace.isSlow).to.equal(false);
  });
});

let count = 0;

function feed(pace: RunningSlowness, answers: number, ms: () => number): void {
  for (let index = 0; index < answers; index++) pace.observe('GET /a', ms());
}

describe('overdue copies', () => {
  it('are those that take four times as long as running and a second more', () => {
    let nowMs = 0;
    const overdue = new Overdue<string>(() => nowMs);
    overdue.began('quick', 10);
    overdue.began('slow', 1000);
    nowMs = 1040;
    expect(overdue.count()).to.equal(1);
    expect([overdue.isNews(1), overdue.isNews(1)]).to.deep.equal([true, false]);
    nowMs = 5000;
    expect(overdue.count()).to.equal(2);
    overdue.ended('quick');
    expect(overdue.count()).to.equal(1);
    overdue.clear();
    expect(overdue.count()).to.equal(0);
    expect(overdue.isNews(0)).to.equal(true);
  });
});
