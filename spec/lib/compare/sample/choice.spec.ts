import { expect } from 'chai';
import { createSampleChoice } from '../../../../lib/compare/sample/choice.ts';

describe('the choice of samples', () => {
  it('keeps a few per endpoint, with a place for each kind of finding', () => {
    const choice = createSampleChoice({ perEndpoint: 5, maxBytes: 1000 }, 2);
    const take = (endpoint: string, key: string, signal: 'errors' | 'slow' = 'errors') => {
      if (!choice.wants(endpoint, signal, key, false)) return false;
      choice.kept(endpoint, signal, key, 10);
      return true;
    };
    const taken = Array.from({ length: 10 }, () => take('GET /a', '200 > 500'));
    expect(taken.filter((it) => it)).to.have.length(4);
    expect(take('GET /a', '200 > 404')).to.equal(true);
    expect(take('GET /a', 'another')).to.equal(false);
    expect([1, 2, 3].map(() => take('GET /b', 'slow', 'slow'))).to.deep.equal([true, true, false]);
    expect(take('GET /third', 'x')).to.equal(false);
  });

  it('keeps one pair that may be noise, to leave room for others', () => {
    const choice = createSampleChoice({ perEndpoint: 5, maxBytes: 1000 }, 2);
    const wants = (isDoubtful: boolean): boolean =>
      choice.wants('GET /a', 'body-difference', 'value $.a', isDoubtful);
    expect(wants(true)).to.equal(true);
    choice.kept('GET /a', 'body-difference', 'value $.a', 10);
    expect([wants(true), wants(false)]).to.deep.equal([false, true]);
  });

  it('keeps nothing once the byte limit is reached', () => {
    const choice = createSampleChoice({ perEndpoint: 5, maxBytes: 100 }, 10);
    choice.kept('GET /a', 'errors', 'x', 100);
    expect(choice.wants('GET /b', 'errors', 'x', false)).to.equal(false);
  });
});
