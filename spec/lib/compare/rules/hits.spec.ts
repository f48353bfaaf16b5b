import { expect } from 'chai';
import { createRuleHits } from '../../../../lib/compare/rules/hits.ts';

describe('the hits of rules', () => {
  it('are reported once, and again when there are twice as many', () => {
    const hits = createRuleHits(10);
    const reportedAfter = (pairs: number): (readonly number[])[] => {
      for (let pair = 0; pair < pairs; pair++) hits.count('GET /a', ['$.at']);
      return hits.takeChanges().map(({ times, of }) => [times, of]);
    };
    expect(reportedAfter(1)).to.deep.equal([[1, 1]]);
    expect(reportedAfter(1)).to.deep.equal([[2, 2]]);
    expect(reportedAfter(1)).to.deep.equal([]);
    expect(reportedAfter(1)).to.deep.equal([[4, 4]]);
  });

  it('are counted against all pairs of the endpoint from the first hit on', () => {
    const hits = createRuleHits(10);
    hits.count('GET /a', []);
    hits.count('GET /a', ['$.at', 'x-trace']);
    hits.count('GET /a', []);
    const about = { endpoint: 'GET /a', reason: 'rule', ignored: true, times: 1, of: 2 };
    expect(hits.takeChanges()).to.deep.equal([
      { ...about, kind: 'value', path: '$.at' },
      { ...about, kind: 'header', path: 'x-trace' },
    ]);
  });

  it('are bounded in endpoints and paths', () => {
    const hits = createRuleHits(3);
    const paths = Array.from({ length: 100 }, (_, index) => `$.field${index}`);
    for (let index = 0; index < 10; index++) hits.count(`GET /${index}`, paths);
    const found = hits.takeChanges();
    expect(new Set(found.map(({ endpoint }) => endpoint))).to.have.property('size', 3);
    expect(found).to.have.length(3 * 64);
  });
});
