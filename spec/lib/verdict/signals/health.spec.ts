import { expect } from 'chai';
import type { Harm } from '../../../../lib/model/users/harm.ts';
import { Verdict } from '../../../../lib/verdict/verdict.ts';
import { DEFAULT_VERDICT_SETTINGS } from '../../../support/default-settings.ts';
import { pairOf, responseOf, ShadowRun, START_MS } from '../../../support/pairs.ts';

const FACTORS = { copying: 12.3, pausing: 1.02 };
const FINDING = 'users 12 times slower while copying, 1.0 times while not';

/** A test that would be promoted, were it not for the harm. */
function judged(harm: Harm, testingMs = 10): ReturnType<Verdict['decide']> {
  const test = new ShadowRun();
  const make = (index: number) => ({
    endpoint: `GET /${index % 5}`,
    testing: responseOf(200, testingMs),
  });
  test.feed(10, 400, make).verdict.harm(harm);
  return test.feed(2000, 400, make).decide();
}

describe('A test that hurts users, in the verdict', () => {
  it('is promoted where nothing is wrong, and where copies were cut down to what does not hurt', () => {
    expect(judged({ state: 'watching', share: 1, factors: null, pairs: 0 }).decision).to.equal(
      'promote',
    );
    const reduced = { state: 'reduced', share: 1 / 16, factors: FACTORS, pairs: 7 } as const;
    expect(judged(reduced).decision).to.equal('promote');
  });

  it('is promoted by nobody while the experiment goes on, which is told', () => {
    const trying = judged({ state: 'trying', share: 1, factors: null, pairs: 0 });
    expect(trying.decision).to.equal('collecting');
    expect(trying.missing.join()).to.contain('copies pause in alternating windows');
    const cutting = judged({ state: 'cutting', share: 0.25, factors: FACTORS, pairs: 7 });
    expect(cutting.reasons[0]?.text).to.contain(FINDING).and.to.contain('25 % of the copies');
  });

  for (const state of ['hurting', 'unproven'] as const) {
    it(`ends without a result, with the finding first: ${state}`, () => {
      const { decision, reasons } = judged({ state, share: 0, factors: FACTORS, pairs: 7 });
      expect(decision).to.equal('inconclusive');
      expect(reasons[0]?.code).to.equal('running-hurt');
      expect(reasons[0]?.text)
        .to.match(/^inconclusive: .*\.$/)
        .and.to.contain(FINDING);
      expect(reasons.filter(({ code }) => code === 'running-hurt')).to.have.length(1);
    });
  }

  it('does not blame testing for being slow, since running slows it down as well', () => {
    const reduced = { state: 'reduced', share: 1 / 4, factors: FACTORS, pairs: 7 } as const;
    expect(judged(reduced, 200).decision).not.to.equal('reject');
    const calm = { state: 'watching', share: 1, factors: null, pairs: 0 } as const;
    expect(judged(calm, 200).decision).to.equal('reject');
  });

  it('goes on after a restart of Vili as it was', () => {
    const verdict = new Verdict(DEFAULT_VERDICT_SETTINGS, START_MS);
    verdict.pair(pairOf({ atMs: 1 }));
    verdict.harm({ state: 'hurting', share: 0, factors: FACTORS, pairs: 7 });
    const restored = Verdict.restore(
      DEFAULT_VERDICT_SETTINGS,
      structuredClone(verdict.checkpoint()),
    );
    expect(restored.decide(START_MS + 5000).reasons[0]?.text).to.contain(FINDING);
  });
});
