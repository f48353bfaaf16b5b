import { expect } from 'chai';
import {
  type Cell,
  measure,
  median,
  summarize,
  usualTraffic,
} from '../../bench/verdict/characteristics.ts';
import { ViliJudge } from '../../bench/verdict/judges.ts';
import { scenarios } from '../../bench/verdict/scenarios.ts';

const RUNS = 12;
const SEED = 7000;

/**
 * A short run of `npm run bench:verdict`, with fixed seeds. The bounds leave room for the few runs:
 * they would be broken by a rule that is clearly worse than the measured one.
 */
describe('The verdict on simulated traffic', () => {
  const cells = new Map<string, Cell>();

  before(function () {
    this.timeout(300_000);
    for (const [index, scenario] of scenarios.entries()) {
      const options = { runs: RUNS, seed: SEED + index, traffic: usualTraffic };
      cells.set(
        scenario.name,
        measure(scenario, () => new ViliJudge(), options),
      );
    }
  });

  it('promotes hardly any bad version and rejects hardly any good one', () => {
    const summary = summarize([...cells.values()]);
    expect(summary.promoteBad).to.be.at.most(0.02);
    expect(summary.rejectGood).to.be.at.most(0.01);
  });

  it('promotes nearly all good versions in the end', () => {
    const good = [...cells.values()].filter((cell) => cell.label === 'good');
    const promoted = good.reduce((sum, cell) => sum + cell.promoted, 0);
    expect(promoted / (good.length * RUNS)).to.be.at.least(0.95);
  });

  const limits: readonly [string, 'promotedAt' | 'rejectedAt', number][] = [
    ['same, no failures', 'promotedAt', 950],
    ['same, 0.1 % failures', 'promotedAt', 1950],
    ['all fail', 'rejectedAt', 8],
    ['refuses connections', 'rejectedAt', 8],
    ['endpoint 20 always 404', 'rejectedAt', 1200],
    ['latency +50 %', 'rejectedAt', 1200],
    ['body of endpoint 5 changed', 'rejectedAt', 800],
  ];
  for (const [name, when, limit] of limits) {
    it(`decides about "${name}" within ${limit} requests`, () => {
      expect(median(cells.get(name)?.[when] ?? []))
        .to.be.a('number')
        .and.at.most(limit);
    });
  }

  it('does not reject identical versions however long it watches them', () => {
    const never = { minRequests: Number.MAX_SAFE_INTEGER };
    for (const scenario of scenarios.slice(0, 4)) {
      const options = { runs: 4, seed: SEED, traffic: usualTraffic };
      const cell = measure(scenario, () => new ViliJudge(never), options);
      expect(cell.rejected, scenario.name).to.equal(0);
    }
  }).timeout(60_000);
});
