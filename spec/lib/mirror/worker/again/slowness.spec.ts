import { expect } from 'chai';
import fc from 'fast-check';
import { RunningSlowness } from '../../../../../lib/mirror/worker/again/slowness.ts';

const SEED = 7;

describe('Running', () => {
  it('is slow after some responses at several times their usual time, until they are quick again', () => {
    const slowness = new RunningSlowness(10);
    feed(slowness, 200, () => 20);
    expect(slowness.isSlow).to.equal(false);
    feed(slowness, 60, () => 100);
    expect(slowness.isSlow).to.equal(true);
    feed(slowness, 60, () => 20);
    expect(slowness.isSlow).to.equal(false);
  });

  it('is not slow for one pause, for a slow endpoint beside quick ones, or before it is known', () => {
    const slowness = new RunningSlowness(10);
    feed(slowness, 50, () => 500);
    expect(slowness.isSlow).to.equal(false);
    const mixed = new RunningSlowness(10);
    for (let index = 0; index < 400; index++) {
      mixed.observe('GET /slow', 900);
      mixed.observe('GET /quick', 1);
    }
    mixed.observe('GET /quick', 30_000);
    expect(mixed.isSlow).to.equal(false);
  });

  it('is hardly ever slow by the usual scatter of responses', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.double({ min: -1, max: 1, noNaN: true })), (scatter) => {
        const slowness = new RunningSlowness(1);
        let [slow, count] = [0, 0];
        for (const value of scatter) {
          slowness.observe('GET /a', 20 * Math.exp(1.7 * value));
          slow += Number(slowness.isSlow);
          if (++count === 3000) break;
        }
        expect(slow).to.be.below(60);
      }),
      { seed: SEED, numRuns: 20 },
    );
  });

  it('is not slow once slowness has become usual, nor by endpoints beyond the limit', () => {
    const slowness = new RunningSlowness(1);
    feed(slowness, 100, () => 20);
    feed(slowness, 3000, () => 100);
    expect(slowness.isSlow).to.equal(false);
    for (let index = 0; index < 200; index++) slowness.observe(`GET /${index}`, 60_000);
    expect(slowness.isSlow).to.equal(false);
  });
});

// Private

function feed(slowness: RunningSlowness, responses: number, ms: () => number): void {
  for (let index = 0; index < responses; index++) slowness.observe('GET /a', ms());
}
