import { expect } from 'chai';
import { runPromotions } from '../soak/promotions/run.ts';

const PROMOTIONS = 3;

/** The short form of `npm run soak:promotions`. */
describe('A daemon that promotes one version after the other', function () {
  this.timeout(300_000);

  it('neither fails, truncates nor misroutes a request, on kept and on new connections', async () => {
    const run = await runPromotions({ promotions: PROMOTIONS, ratePerSecond: 200 });
    expect(run.failures).to.deep.equal([]);
    expect(run).to.include({ seen: PROMOTIONS, stale: 0, misrouted: 0, imbalance: 0 });
    expect(run.received).to.equal(run.users.requests);
    // Responses were in flight at every switch.
    expect(run.crossed).to.be.at.least(PROMOTIONS * 10);
  });
});
