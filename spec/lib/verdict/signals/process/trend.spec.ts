import { expect } from 'chai';
import fc from 'fast-check';
import { medianOf, trendOf } from '../../../../../lib/verdict/signals/process/trend.ts';

const MINUTE_MS = 60_000;

function pointsOf(count: number, valueOf: (minute: number) => number) {
  return Array.from({ length: count }, (_, minute) => ({
    atMs: minute * MINUTE_MS,
    value: valueOf(minute),
  }));
}

describe('The trend of a curve', () => {
  it('of steady growth is its slope, whatever the slope', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 6, max: 200 }),
        fc.double({ min: 0.01, max: 1e9, noNaN: true }),
        (count, slope) => {
          const trend = trendOf(pointsOf(count, (minute) => slope * minute));
          expect(trend?.perMinute).to.be.closeTo(slope, slope * 0.01);
          expect(trend).to.include({ isSteady: true, hasLevelled: false });
        },
      ),
    );
  });

  it('is steady for no curve that is level in its last two thirds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 6, max: 200 }),
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        (count, height) => {
          const from = Math.floor(count / 3);
          const trend = trendOf(pointsOf(count, (minute) => Math.min(1, minute / from) * height));
          expect(trend).to.include({ isSteady: false, hasLevelled: true });
        },
      ),
    );
  });

  it('is none for a saw tooth whose period fits into a third', () => {
    const trend = trendOf(pointsOf(30, (minute) => (minute % 5) * 100));
    expect(trend?.isSteady).to.equal(false);
  });

  it('is not moved by a few outliers, and unknown for less than six points', () => {
    const trend = trendOf(pointsOf(30, (minute) => (minute === 4 || minute === 25 ? 1e6 : minute)));
    expect(trend?.perMinute).to.be.closeTo(1, 0.1);
    expect(trendOf(pointsOf(5, (minute) => minute))).to.equal(null);
    expect(medianOf([3, 1, 2, 10])).to.equal(2.5);
  });
});
