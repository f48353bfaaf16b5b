import { expect } from 'chai';
import fc from 'fast-check';
import { addCounts, finalCounts, NO_COUNTS, shareOf, totalOf } from '../../../lib/cluster/sums.ts';
import { proxySettings } from '../../support/proxy-fixture.ts';

const some = fc.nat({ max: 10_000 });

describe('Sums of proxy processes', () => {
  it('add up every count', () => {
    const one = { ...NO_COUNTS, received: 3, skipped: { ...NO_COUNTS.skipped, method: 2 } };
    const other = { ...NO_COUNTS, received: 4, skipped: { ...NO_COUNTS.skipped, method: 1 } };
    expect(addCounts(one, other)).to.deep.equal({
      ...NO_COUNTS,
      received: 7,
      skipped: { ...NO_COUNTS.skipped, method: 3 },
    });
  });

  it('are exact for a process that died, whatever it had reported before', () => {
    fc.assert(
      fc.property(some, some, some, some, (done, open, method, later) => {
        const shed = Math.floor(done / 3);
        const skipped = { ...NO_COUNTS.skipped, method };
        const received = done + open + method;
        const submitted = done - shed;
        const reported = { ...NO_COUNTS, received, submitted, shed, skipped, inFlightNow: open };
        const last = finalCounts(reported, done + later);
        expect(last.submitted + last.shed).to.equal(done + later);
        expect(last.received).to.equal(done + later + totalOf(last.skipped));
        expect(last.skipped.aborted).to.equal(Math.max(0, open - later));
        expect(last.inFlightNow).to.equal(0);
      }),
    );
  });

  it('keep within what the settings allow for all processes', () => {
    fc.assert(
      fc.property(some, some, fc.integer({ min: 1, max: 64 }), (maxRequests, most, count) => {
        const hold = { maxMs: 1, maxRequests, maxBytes: most };
        const settings = proxySettings({ hold });
        const shares = Array.from({ length: count }, (_, index) => shareOf(settings, index, count));
        const sum = (amounts: number[]) => amounts.reduce((total, it) => total + it, 0);
        expect(sum(shares.map((it) => it.hold.maxRequests))).to.equal(maxRequests);
        expect(sum(shares.map((it) => it.hold.maxBytes))).to.equal(most);
        expect(sum(shares.map((it) => it.upstream.maxConnections))).to.equal(
          settings.upstream.maxConnections,
        );
      }),
    );
  });
});
