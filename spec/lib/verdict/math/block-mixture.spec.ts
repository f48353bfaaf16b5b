import { expect } from 'chai';
import * as fc from 'fast-check';
import { BlockMixture } from '../../../../lib/verdict/math/block-mixture.ts';

const BETS = [0.4, 0.6];
const RATES = [0.05, 0.5];
const NULL_RATE = 0.02;

/** The factors of a block of `units` responses of which `hits` failed. */
function factors(units: number, hits: number): number[] {
  return RATES.map(
    (rate) =>
      hits * Math.log(rate / NULL_RATE) + (units - hits) * Math.log((1 - rate) / (1 - NULL_RATE)),
  );
}

function after(blocks: readonly (readonly [number, number])[]): BlockMixture {
  const mixture = new BlockMixture(BETS);
  for (const [units, hits] of blocks) mixture.update(factors(units, hits));
  return mixture;
}

/** P(hits of units) at the null rate. */
function chance(units: number, hits: number): number {
  let ways = 1;
  for (let k = 0; k < hits; k++) ways *= (units - k) / (k + 1);
  return ways * NULL_RATE ** hits * (1 - NULL_RATE) ** (units - hits);
}

describe('BlockMixture', () => {
  const block = fc
    .tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 8 }))
    .map(([units, hits]) => [units, Math.min(hits, units)] as const);

  it('bets fairly: without a gain on average over what a block may bring at the null rate', () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 20 }), fc.integer({ min: 1, max: 4 }), (past, n) => {
        const { value } = after(past);
        // Far from the cap of all e-values, whatever comes.
        fc.pre(value < 1e5);
        let next = 0;
        for (let hits = 0; hits <= n; hits++) {
          next += chance(n, hits) * after([...past, [n, hits]]).value;
        }
        expect(Math.abs(next - value)).to.be.at.most(1e-9 * Math.max(1, value));
      }),
    );
  });

  it('finds a fault that begins after a thousand good blocks within a few', () => {
    const mixture = after(Array.from({ length: 1000 }, () => [5, 0] as const));
    let blocks = 0;
    while (mixture.value < 1000) {
      mixture.update(factors(5, 5));
      blocks++;
    }
    expect(blocks).to.be.at.most(3);
  });

  it('bets anew on what has paid off, from 1', () => {
    const before = after([[8, 8]]);
    const anew = before.anew();
    expect(anew.value).to.equal(1);
    anew.update(factors(2, 2));
    const fresh = after([[2, 2]]);
    expect(anew.value).to.be.above(fresh.value);
  });
});
