import { expect } from 'chai';
import { planOf } from './plan.ts';

describe('The plan of a soak', () => {
  const plan = planOf(7, 20);

  it('is the same for the same seed, and another one for another', () => {
    expect(planOf(7, 20)).to.deep.equal(plan);
    expect(planOf(8, 20)).not.to.deep.equal(plan);
  });

  it('has a version every 20 s, good and bad mixed, and every kind of bad', () => {
    expect(plan.versions.map(({ atMs }) => atMs / 20_000)).to.deep.equal(
      Array.from({ length: 60 }, (_, at) => at),
    );
    const faults = new Set(plan.versions.map(({ fault }) => fault));
    expect([...faults])
      .to.have.lengthOf(9)
      .and.include('none');
  });

  it('has an upgrade in each minute, and every strike', () => {
    expect(plan.upgrades.map(({ atMs }) => Math.floor(atMs / 60_000))).to.deep.equal(
      Array.from({ length: 20 }, (_, at) => at),
    );
    expect(new Set(plan.strikes.map(({ act, victim }) => `${act} ${victim}`))).to.have.lengthOf(10);
  });

  it('stops running for less than what counts as a hang', () => {
    const stops = plan.strikes.filter(({ act, victim }) => act === 'stop' && victim === 'running');
    expect(Math.max(...stops.map(({ forMs }) => forMs))).to.be.below(3000);
  });
});
