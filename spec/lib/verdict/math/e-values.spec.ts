import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  discordanceE,
  excessE,
  moreUntil,
  nonInferiority,
  ruledOutMargin,
  signE,
} from '../../../../lib/verdict/math/e-values.ts';

const NULL_SHARE = 1.25 / 2.25;
const few = fc.nat(40);
const rate = fc.double({ min: 0.02, max: 0.9, noNaN: true });

function expectClose(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).to.be.at.most(1e-9 * Math.max(1, Math.abs(expected)));
}

describe('The e-values', () => {
  it('bet fairly on discordant pairs, without a gain on average when the null hypothesis is exact', () => {
    fc.assert(
      fc.property(few, few, fc.double({ min: 0.3, max: 0.7, noNaN: true }), (b, c, share) => {
        const now = discordanceE(b, c, share);
        fc.pre(discordanceE(b + 1, c, share) < 1e12);
        const next =
          share * discordanceE(b + 1, c, share) + (1 - share) * discordanceE(b, c + 1, share);
        expectClose(next, now);
      }),
    );
  });

  it('bet fairly on non-inferiority for any law that does worse by exactly the margin', () => {
    const margins = fc.constantFrom(0.001, 0.005, 0.1, 0.3);
    const ratios = fc.constantFrom(0, 0.25);
    const flaky = fc.double({ min: 0, max: 0.2, noNaN: true });
    fc.assert(
      fc.property(fc.nat(5000), few, few, margins, ratios, flaky, (z, b, c, margin, ratio, q) => {
        const test = nonInferiority(margin, ratio);
        // Near the largest finite numbers values are cut, which only lowers them.
        fc.pre(test(z, b, c + 1) < 1e200);
        const worse = margin + (1 + ratio) * q;
        const next =
          worse * test(z, b + 1, c) + q * test(z, b, c + 1) + (1 - worse - q) * test(z + 1, b, c);
        expectClose(next, test(z, b, c));
      }),
    );
  });

  it('bet fairly on signs and on rates', () => {
    fc.assert(
      fc.property(few, few, rate, (hits, misses, usual) => {
        const total = hits + misses;
        expectClose(
          0.5 * signE(hits + 1, total + 1) + 0.5 * signE(hits, total + 1),
          signE(hits, total),
        );
        fc.pre(excessE(hits + 1, misses, usual) < 1e12);
        expectClose(
          usual * excessE(hits + 1, misses, usual) + (1 - usual) * excessE(hits, misses + 1, usual),
          excessE(hits, misses, usual),
        );
      }),
    );
  });

  it('give the reference values', () => {
    expect(discordanceE(10, 0, NULL_SHARE)).to.be.closeTo(141.2651, 5e-5);
    expect(discordanceE(5, 5, NULL_SHARE)).to.be.closeTo(0.180615, 5e-7);
    expect(nonInferiority(0.005, 0.25)(1000, 1, 0)).to.be.closeTo(4.8074, 5e-5);
    expect(ruledOutMargin(1000, 0, 0, 0.05, 0)).to.be.closeTo(0.00394, 5e-6);
    expect(signE(60, 80)).to.be.closeTo(6235.237, 5e-4);
  });

  const requests: readonly [number, readonly number[]][] = [
    [0.001, [3946, 6876, 9520, 15018]],
    [0.002, [1972, 3437, 4758, 7506]],
    [0.005, [788, 1373, 1901, 3000]],
    [0.01, [393, 685, 949, 1497]],
    [0.02, [196, 342, 473, 746]],
    [0.05, [77, 135, 187, 295]],
  ];
  for (const [margin, expected] of requests) {
    it(`need ${expected.join(', ')} requests to rule out ${margin} with 0, 1, 2, 5 failures`, () => {
      const test = nonInferiority(margin, 0.25);
      const needed = [0, 1, 2, 5].map(
        (worse) => moreUntil((same) => test(same, worse, 0), 20) + worse,
      );
      expect(needed).to.deep.equal(expected);
    });
  }

  it('grow with the evidence and stay finite', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(1_000_000), (b, c) => {
        const value = discordanceE(b, c, NULL_SHARE);
        expect(value).to.be.finite.and.at.least(0);
        expect(discordanceE(b + 1, c, NULL_SHARE)).to.be.at.least(value);
        expect(nonInferiority(0.005, 0.25)(b, c, c)).to.be.finite.and.at.least(0);
        expect(signE(b, b + c)).to.be.finite.and.at.least(0);
        expect(excessE(b, c, 0.005)).to.be.finite.and.at.least(0);
      }),
    );
  });

  it('say how many more good responses are needed, up to a limit', () => {
    fc.assert(
      fc.property(fc.nat(10_000), (goal) => {
        expect(moreUntil((more) => more, goal)).to.equal(goal);
      }),
    );
    expect(moreUntil(() => 0, 1, 1000)).to.equal(1000);
  });
});
