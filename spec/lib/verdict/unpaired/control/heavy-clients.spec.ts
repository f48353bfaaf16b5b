import { expect } from 'chai';
import * as fc from 'fast-check';
import { HeavyClients } from '../../../../../lib/verdict/unpaired/control/heavy-clients.ts';

describe('heavy clients', () => {
  it('never says that a client sent more than it did, and misses none with a large share by much', () => {
    const requests = fc.array(
      fc.oneof(
        { weight: 2, arbitrary: fc.constant('heavy') },
        { weight: 3, arbitrary: fc.integer({ max: 500 }).map(String) },
      ),
      { minLength: 50, maxLength: 600 },
    );
    fc.assert(
      fc.property(requests, (list) => {
        const heavy = new HeavyClients();
        for (const client of list) heavy.add(client, 1);
        const share = list.filter((client) => client === 'heavy').length / list.length;
        expect(heavy.shareOf('heavy')).to.be.at.most(share);
        // Space saving is off by at most one in as many as it keeps.
        expect(heavy.shareOf('heavy')).to.be.at.least(share - 1 / 32);
      }),
    );
  });

  it('knows nothing of a client that never came', () => {
    expect(new HeavyClients().shareOf('nobody')).to.equal(0);
  });
});
