import { expect } from 'chai';
import * as fc from 'fast-check';
import type { ResponseSummary } from '../../../lib/compare/outcome.ts';
import { compareSeverity, isDenied, saneMs, severityOf } from '../../../lib/compare/severity.ts';
import { responseOf } from '../../support/pairs.ts';

const response: fc.Arbitrary<ResponseSummary> = fc.record({
  status: fc.constantFrom(0, 200, 304, 400, 401, 403, 404, 500, 503),
  ms: fc.nat(),
  failure: fc.constantFrom(null, 'timeout' as const, 'refused' as const),
});

describe('the severity of a response', () => {
  it('is that of its status, and the worst without a response', () => {
    const severities = [200, 302, 404, 499, 500, 0].map((status) => severityOf(responseOf(status)));
    expect(severities).to.deep.equal([0, 0, 1, 1, 2, 2]);
    expect(severityOf({ status: 200, ms: 1, failure: 'reset' })).to.equal(2);
  });

  it('improves only towards a good response', () => {
    const change = (running: number, testing: number) =>
      compareSeverity(responseOf(running), responseOf(testing));
    expect([change(500, 404), change(500, 200), change(404, 200)]).to.deep.equal([0, -1, -1]);
    expect([change(200, 404), change(404, 500), change(200, 204)]).to.deep.equal([1, 1, 0]);
  });

  it('is worse when testing admits a caller that running would deny again', () => {
    for (const status of [401, 403]) {
      const denied = responseOf(status);
      expect(isDenied(denied)).to.equal(true);
      expect(compareSeverity(denied, responseOf(200))).to.equal(1);
      expect(compareSeverity(denied, responseOf(200), false)).to.equal(-1);
    }
    expect(isDenied({ ...responseOf(401), failure: 'reset' })).to.equal(false);
  });

  it('does not change between equal responses, nor improve in both directions', () => {
    fc.assert(
      fc.property(response, response, fc.boolean(), (one, other, stands) => {
        expect(compareSeverity(one, one, stands)).to.equal(0);
        const sum = compareSeverity(one, other, stands) + compareSeverity(other, one, stands);
        expect(sum).to.be.at.least(0);
      }),
    );
  });

  it('leaves a duration usable whatever the clock returned', () => {
    expect([5, -1, Number.NaN, Infinity].map(saneMs)).to.deep.equal([5, 0, 0, 86_400_000]);
  });
});
