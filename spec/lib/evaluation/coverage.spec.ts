import { expect } from 'chai';
import * as fc from 'fast-check';
import { Coverage } from '../../../lib/evaluation/coverage.ts';
import { readBack } from '../../../lib/model/text/pieces.ts';

const ENDPOINTS = ['GET /a', 'GET /b', 'POST /a', 'POST /b', 'PUT /a'];
const event = fc.record({
  endpoint: fc.constantFrom(...ENDPOINTS),
  isCompared: fc.boolean(),
});

describe('the coverage of a test', () => {
  it('counts every request, and as covered those to endpoints compared at least once', () => {
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const compared = new Set(events.filter((it) => it.isCompared).map((it) => it.endpoint));
        const covered = events.filter((it) => compared.has(it.endpoint)).length;
        const { requests, coveredShare, endpoints } = coverageOf(events).view();
        expect(requests).to.equal(events.length);
        expect(coveredShare).to.equal(covered / Math.max(1, events.length));
        const missing = endpoints.reduce((sum, it) => sum + it.requests, 0);
        expect(covered + missing).to.equal(events.length);
      }),
    );
  });

  it('lists a method only when none of its endpoints was compared', () => {
    const coverage = new Coverage();
    for (const endpoint of ['GET /a', 'GET /b', 'POST /a', 'POST /a', 'POST /b', 'PUT /a']) {
      coverage.requested(endpoint);
    }
    coverage.compared('GET /a');
    expect(coverage.view().methods).to.deep.equal([
      { name: 'POST', requests: 3, share: 0.5 },
      { name: 'PUT', requests: 1, share: 1 / 6 },
    ]);
  });

  it('lists 20 endpoints, those with the most requests first', () => {
    const coverage = new Coverage();
    for (let index = 1; index <= 30; index++) {
      for (let times = 0; times < index; times++) coverage.requested(`GET /${index}`);
    }
    const listed = coverage.view().endpoints.map(({ requests }) => requests);
    expect(listed).to.deep.equal(Array.from({ length: 20 }, (_, index) => 30 - index));
  });

  it('is bounded in endpoints and calls the rest (other), which has no method', () => {
    const coverage = new Coverage();
    for (let index = 0; index < 1500; index++) coverage.requested(`GET /${index}`);
    coverage.requested('GET /0');
    const { requests, endpoints, methods } = coverage.view();
    expect(requests).to.equal(1501);
    expect(endpoints[0]).to.deep.include({ name: '(other)', requests: 500 });
    expect(endpoints[1]).to.deep.include({ name: 'GET /0', requests: 2 });
    expect(methods).to.deep.equal([{ name: 'GET', requests: 1001, share: 1001 / 1501 }]);
  });

  it('is the same after a checkpoint', () => {
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const coverage = coverageOf(events);
        const restored = new Coverage();
        restored.restore(readBack(coverage.pieces()));
        expect(restored.view()).to.deep.equal(coverage.view());
      }),
    );
  });

  it('ignores what is not a checkpoint', () => {
    for (const saved of [null, 'x', {}, { requests: [[1, 2], ['a', 'b'], 3], compared: [7, {}] }]) {
      const coverage = new Coverage();
      coverage.restore(saved);
      expect(coverage.view().requests).to.equal(0);
    }
  });
});

// Private

function coverageOf(events: readonly { endpoint: string; isCompared: boolean }[]): Coverage {
  const coverage = new Coverage();
  for (const { endpoint, isCompared } of events) {
    coverage.requested(endpoint);
    if (isCompared) coverage.compared(endpoint);
  }
  return coverage;
}
