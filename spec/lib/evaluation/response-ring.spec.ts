import { expect } from 'chai';
import * as fc from 'fast-check';
import { ResponseRing } from '../../../lib/evaluation/response-ring.ts';

const response = fc.record({
  endpoint: fc.string(),
  response: fc.record({
    status: fc.integer({ min: 0, max: 999 }),
    ms: fc.double({ noNaN: true }),
    failure: fc.constantFrom(null, 'timeout' as const, 'reset' as const),
  }),
  atMs: fc.double({ noNaN: true }),
});

describe('the latest responses', () => {
  it('are those that were added last, in order and unchanged', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(response), (capacity, all) => {
        const ring = new ResponseRing(capacity);
        for (const one of all) ring.add(one);
        expect(ring.toArray()).to.deep.equal(all.slice(-capacity));
      }),
    );
  });
});
