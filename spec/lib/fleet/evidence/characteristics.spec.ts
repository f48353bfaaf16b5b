import { expect } from 'chai';
import { median } from '../../../bench/verdict/characteristics.ts';
import { measureFleet } from '../../../bench/verdict/fleet-rows.ts';
import { scenarios } from '../../../bench/verdict/scenarios.ts';

const HOSTS = 20;
const OPTIONS = { runs: 2, seed: 7100, requests: 3000 };
/** Requests that come between two exchanges of records, and a tenth more for what is no plain sum. */
const BETWEEN = 30;
const MORE = 1.1;

/** A short run of `npm run bench:verdict -- --fleet`, with fixed seeds. */
describe('The verdict of several hosts on simulated traffic', () => {
  const cases = [
    ['same, no failures', 'promotedAt'],
    ['all fail', 'rejectedAt'],
    ['endpoint 20 always 500', 'rejectedAt'],
    ['body of endpoint 5 changed', 'rejectedAt'],
  ] as const;
  for (const [name, when] of cases) {
    it(`comes after about as many requests to all of them as to one: ${name}`, () => {
      const scenario = scenarios.find((one) => one.name === name);
      if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
      const one = measureFleet(scenario, 1, OPTIONS).cell;
      const { cell, cost } = measureFleet(scenario, HOSTS, OPTIONS);
      expect(cell[when].length).to.equal(OPTIONS.runs);
      const limit = MORE * (median(one[when]) ?? 0) + BETWEEN;
      expect(median(cell[when])).to.be.at.most(limit);
      expect(cost.largest).to.be.at.most(4096);
    }).timeout(180_000);
  }
});
