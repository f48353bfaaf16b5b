import { expect } from 'chai';
import * as fc from 'fast-check';
import { Histogram } from '../../../lib/evaluation/histogram.ts';

const times = fc.array(fc.double({ min: 0.05, max: 5_000_000, noNaN: true }), { minLength: 1 });
const share = fc.double({ min: 0.001, max: 1, noNaN: true });

describe('the histogram of response times', () => {
  it('gives any quantile to within 4 %', () => {
    fc.assert(
      fc.property(times, share, (all, wanted) => {
        const sorted = [...all].sort((a, b) => a - b);
        const exact = sorted.find((_, index) => index + 1 >= wanted * all.length) ?? Number.NaN;
        expect((filled(all).quantile(wanted) ?? 0) / exact).to.be.within(0.96, 1.04);
      }),
    );
  });

  it('never gives a smaller time for a larger share', () => {
    fc.assert(
      fc.property(times, share, share, (all, one, other) => {
        const histogram = filled(all);
        const [less, more] = [Math.min(one, other), Math.max(one, other)];
        expect(histogram.quantile(less)).to.be.at.most(histogram.quantile(more) ?? 0);
      }),
    );
  });

  it('is the same after a checkpoint, and adds to what it has', () => {
    fc.assert(
      fc.property(times, times, share, (before, after, wanted) => {
        const restored = new Histogram();
        restored.restore(JSON.parse(JSON.stringify(filled(before).checkpoint())));
        expect(restored.checkpoint()).to.deep.equal(filled(before).checkpoint());
        restored.restore(filled(after).checkpoint());
        expect(restored.quantile(wanted)).to.equal(filled([...before, ...after]).quantile(wanted));
      }),
    );
  });

  it('has no quantile without responses, and takes any number as a time', () => {
    expect(new Histogram().quantile(0.5)).to.equal(null);
    for (const ms of [0, -1, Number.NaN, 1e12, Infinity]) {
      expect(filled([ms]).quantile(0.5)).to.be.within(0.05, 6e6);
    }
  });

  it('ignores what is not a checkpoint', () => {
    fc.assert(
      fc.property(fc.anything(), (saved) => {
        const histogram = new Histogram();
        if (!Array.isArray(saved)) histogram.restore(saved);
        expect(histogram.quantile(1)).to.equal(null);
      }),
    );
    const histogram = new Histogram();
    histogram.restore([-1, 5, 240, 5, 1.5, 5, 3, -2, 3, Number.NaN, 'x', 1, 7]);
    expect(histogram.checkpoint()).to.deep.equal([]);
  });
});

// Private

function filled(times: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const ms of times) histogram.add(ms);
  return histogram;
}
