import { expect } from 'chai';
import { countedApart, type Marking } from '../../../../lib/verdict/sharing/apart.ts';

const options = { cooldownMs: 2000, pairsPerMs: 0.01 };
const worseAt = (...times: readonly number[]): Marking => ({
  worse: times.length,
  better: 0,
  marks: times.map((atMs) => ({ atMs, isWorse: true })),
  originMs: 0,
});

describe('What several hosts counted', () => {
  it('is what one host counted, where there is one', () => {
    expect(countedApart([worseAt(0, 2000, 4500)], options)).to.include({ worse: 3, better: 0 });
  });

  it('counts once what all had at the same time', () => {
    const hosts = Array.from({ length: 50 }, () => worseAt(10_000));
    expect(countedApart(hosts, options).worse).to.equal(1);
  });

  it('counts each time what came at different times', () => {
    const hosts = Array.from({ length: 20 }, (_, index) => worseAt(index * 5000));
    expect(countedApart(hosts, options).worse).to.equal(20);
  });

  it('counts few pieces of a spell that all have, however long', () => {
    // A minute in which all of 200 hosts fail each of their few requests.
    const hosts = Array.from({ length: 200 }, (_, index) => worseAt(index * 300));
    const pairsPerMs = 200 / 60_000;
    expect(countedApart(hosts, { ...options, pairsPerMs }).worse).to.be.at.most(6);
    expect(countedApart(hosts, { ...options, pairsPerMs: null }).worse).to.be.at.least(25);
  });

  it('puts tests that began at different times on one clock', () => {
    const hosts = [worseAt(1000), { ...worseAt(61_000), originMs: -60_000 }];
    expect(countedApart(hosts, options).worse).to.equal(1);
  });

  it('believes the most of one host against a version where times are forgotten, and all for it', () => {
    const old = (worse: number, better: number): Marking => {
      return { worse, better, marks: [], originMs: 0 };
    };
    expect(countedApart([old(5, 2), old(9, 1), old(3, 3)], options)).to.include({
      worse: 9,
      better: 6,
    });
  });
});
