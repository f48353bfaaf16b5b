import { expect } from 'chai';
import { lineThrough } from './line-fit.ts';

describe('A line through points', () => {
  it('has their slope, and grows from the first to the last', () => {
    const points = [1, 2, 3, 4].map((minute) => ({ minute, value: 10 + 3 * minute }));
    const { start, perMinute, growth } = lineThrough(points);
    expect([start, perMinute, growth].map((it) => Number(it.toFixed(6)))).to.deep.equal([13, 3, 9]);
  });

  it('is level through a saw tooth', () => {
    const points = Array.from({ length: 40 }, (_, at) => ({ minute: at, value: at % 4 }));
    expect(lineThrough(points).growth).to.be.within(-0.5, 0.5);
  });

  it('is level through one point, and through none', () => {
    expect(lineThrough([{ minute: 1, value: 5 }]).growth).to.equal(0);
    expect(lineThrough([]).growth).to.equal(0);
  });
});
