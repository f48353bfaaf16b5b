import { expect } from 'chai';
import { BaselinePlan } from '../../../../../lib/mirror/worker/again/plan.ts';

const never = () => 0.999;

describe('A baseline plan', () => {
  const isBusy = () => false;
  const usual = { isBusy, now: () => 0, isSpeedMissing: () => false };

  it('wants the first 20 pairs of an endpoint, then a share', () => {
    const randoms = [0.05, 0.5, 0.2];
    let drawn = 0;
    const random = () => randoms[drawn++ % 3] ?? 1;
    const plan = new BaselinePlan({ share: 0.1, maxEndpoints: 10, random, ...usual });
    const wanted = Array.from({ length: 50 }, () => plan.wanted('GET /a'));
    expect(wanted.slice(0, 20)).to.not.include(false);
    expect(wanted.slice(20).filter(Boolean)).to.have.length(10);
    expect(plan.wanted('GET /b')).to.equal(true);
  });

  it('wants every pair where testing differs and running does not, not where both do', () => {
    for (const isNoisy of [false, true]) {
      const plan = new BaselinePlan({ share: 0.1, maxEndpoints: 10, random: never, ...usual });
      for (let pair = 0; pair < 40; pair++) {
        const baseline = plan.wanted('GET /a') ? isNoisy : null;
        plan.learn('GET /a', true, baseline);
      }
      const asked = Array.from({ length: 100 }, () => {
        const wanted = plan.wanted('GET /a');
        plan.learn('GET /a', true, wanted ? isNoisy : null);
        return wanted;
      }).filter(Boolean).length;
      if (isNoisy) expect(asked).to.be.below(60);
      else expect(asked).to.equal(100);
    }
  });

  it('wants more while only the times are missing, at most 20 a second', () => {
    let nowMs = 0;
    const random = () => 0.3;
    const missing = { ...usual, now: () => nowMs, isSpeedMissing: () => true };
    const plan = new BaselinePlan({ share: 0.1, maxEndpoints: 10, random, ...missing });
    for (let pair = 0; pair < 20; pair++) plan.wanted('GET /a');
    const asked = Array.from({ length: 1000 }, () => {
      nowMs += 5;
      return plan.wanted('GET /a');
    }).filter(Boolean).length;
    expect(asked).to.equal(100);
  });

  it('leaves running alone while it is slow or Vili is busy, and counts those pairs', () => {
    let busy = false;
    const plan = new BaselinePlan({
      ...usual,
      share: 0.1,
      maxEndpoints: 10,
      random: () => 0,
      isBusy: () => busy,
    });
    const asked = (pairs: number, ms: number) =>
      Array.from({ length: pairs }, () => {
        plan.observeRunning('GET /a', ms);
        return plan.wanted('GET /a');
      }).filter(Boolean).length;
    expect(asked(200, 20)).to.equal(200);
    expect(asked(100, 90)).to.be.below(40);
    expect(asked(20, 90)).to.equal(0);
    const { slow } = plan.takePaused();
    expect(slow).to.be.within(80, 120);
    asked(60, 20);
    expect(asked(20, 20)).to.equal(20);
    busy = true;
    plan.takePaused();
    expect(asked(10, 20)).to.equal(0);
    expect(plan.takePaused()).to.deep.equal({ slow: 0, busy: 10 });
  });

  it('wants nothing with a share of 0, and keeps its table bounded', () => {
    const off = new BaselinePlan({ share: 0, maxEndpoints: 10, random: never, ...usual });
    expect(off.wanted('GET /a')).to.equal(false);
    const plan = new BaselinePlan({ share: 0.1, maxEndpoints: 1, random: never, ...usual });
    expect([plan.wanted('GET /a'), plan.wanted('GET /b')]).to.deep.equal([true, false]);
  });
});
