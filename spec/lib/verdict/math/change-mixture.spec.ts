import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  authAlternatives,
  burstAlternatives,
  ChangeMixture,
  latencyAlternatives,
} from '../../../../lib/verdict/math/change-mixture.ts';

const path = fc.array(fc.boolean(), { maxLength: 60 });
const kinds = fc.constantFrom(
  { alternatives: burstAlternatives, rate: 0.05 },
  { alternatives: burstAlternatives, rate: 0.3 },
  { alternatives: latencyAlternatives, rate: 0.5 },
  { alternatives: authAlternatives, rate: 0.01 },
);

function after(
  hits: readonly boolean[],
  { alternatives, rate }: { alternatives: typeof burstAlternatives; rate: number },
): ChangeMixture {
  const mixture = new ChangeMixture(alternatives);
  for (const hit of hits) mixture.update(hit, rate);
  return mixture;
}

describe('ChangeMixture', () => {
  it('bets fairly, without a gain on average when hits occur at the null rate', () => {
    fc.assert(
      fc.property(path, kinds, (hits, kind) => {
        const value = after(hits, kind).value;
        fc.pre(value < 1e9);
        const next =
          kind.rate * after([...hits, true], kind).value +
          (1 - kind.rate) * after([...hits, false], kind).value;
        expect(Math.abs(next - value)).to.be.at.most(1e-9 * Math.max(1, value));
      }),
    );
  });

  it('finds a fault that begins after a thousand good responses within eight', () => {
    const mixture = after(
      Array.from({ length: 1000 }, () => false),
      {
        alternatives: burstAlternatives,
        rate: 0.05,
      },
    );
    let hits = 0;
    while (mixture.value < 1000) {
      mixture.update(true, 0.05);
      hits++;
    }
    expect(hits).to.be.at.most(8);
  });

  it('recovers from the longest hiccup after a few hundred good responses', () => {
    const mixture = after(
      Array.from({ length: 10_000 }, () => true),
      {
        alternatives: burstAlternatives,
        rate: 0.05,
      },
    );
    expect(mixture.value).to.be.finite;
    for (let index = 0; index < 200; index++) mixture.update(false, 0.05);
    expect(mixture.value).to.be.below(1);
  });

  it('continues exactly where a checkpoint ended', () => {
    fc.assert(
      fc.property(path, path, kinds, (before, later, kind) => {
        const whole = after(before, kind);
        const data: unknown = JSON.parse(JSON.stringify(whole.checkpoint()));
        const restored = new ChangeMixture(kind.alternatives);
        restored.restore(data, 'test');
        for (const hit of later) {
          expect(restored.update(hit, kind.rate)).to.equal(whole.update(hit, kind.rate));
        }
      }),
    );
  });
});
