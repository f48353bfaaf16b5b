import { expect } from 'chai';
import fc from 'fast-check';
import { DURATION_LIMITS, Durations } from '../../../../lib/metrics/record/durations.ts';

describe('Durations', () => {
  it('count, for each limit, the times that do not exceed it', () => {
    const time = fc.double({ min: -10, max: 100_000, noNaN: true });
    fc.assert(
      fc.property(fc.array(time, { maxLength: 50 }), (times) => {
        const durations = new Durations();
        for (const ms of times) durations.add(ms);
        const { cumulative, count, sumSeconds } = durations.view();
        expect(cumulative).to.deep.equal(
          DURATION_LIMITS.map((limit) => times.filter((ms) => ms <= limit * 1000).length),
        );
        expect(count).to.equal(times.length);
        const sum = times.reduce((total, ms) => total + Math.max(0, ms), 0) / 1000;
        expect(sumSeconds).to.be.closeTo(sum, 1e-6);
      }),
    );
  });
});
