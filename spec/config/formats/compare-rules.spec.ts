import { expect } from 'chai';
import fc from 'fast-check';
import { compareRules, FormatError, jsonPath } from '../../../config/formats.ts';
import { parseJsonPath } from '../../../lib/compare/json/path.ts';

describe('compare rules', () => {
  it('are read from text and from a list', () => {
    const ignore = { endpoint: 'GET /items/{id}', action: 'ignore', path: '$.views' };
    const tolerance = {
      endpoint: null,
      action: 'tolerance',
      path: '$..price',
      amount: 0.01,
      relative: false,
    };
    const written = ['GET /items/{id} ignore $.views', '* tolerance $..price 0.01'];
    expect(compareRules.parse(written.join('; '))).to.deep.equal([ignore, tolerance]);
    expect(compareRules.parse(written)).to.deep.equal([ignore, tolerance]);
    expect(compareRules.parse('none')).to.deep.equal([]);
  });

  it('know every action', () => {
    const actions = (text: string) => {
      const [{ endpoint: _, ...action } = { endpoint: '' }] = compareRules.parse(text);
      return action;
    };
    expect(actions('* ignore header:X-Trace')).to.deep.equal({
      action: 'ignore',
      path: 'header:X-Trace',
    });
    expect(actions('GET /a ignore "html: main ul li text"')).to.deep.equal({
      action: 'ignore',
      path: '"html: main ul li text"',
    });
    expect(actions('/a tolerance $.n 5%')).to.include({ amount: 0.05, relative: true });
    expect(actions('/a unordered $["a b"][]')).to.deep.equal({
      action: 'unordered',
      path: '$["a b"][]',
    });
    expect(actions('/a key $.items sku')).to.include({ action: 'key', key: 'sku' });
  });

  it('are rejected with the rule they break', () => {
    const cases: [string, RegExp][] = [
      ['GET ignore $.a', /is not \[METHOD\] \/path/],
      ['/a forget $.a', /is not \[METHOD\] \/path/],
      ['/a ignore a.b', /is not \[METHOD\] \/path/],
      ['/a ignore $.a[0]', /is not a JSON path such as \$\.items\[\]\.price/],
      ['/a ignore $a', /is not a JSON path/],
      ['/a ignore $.a 5', /takes nothing after the path, not "5"/],
      ['/a tolerance $.a', /needs a number after the path/],
      ['/a tolerance $.a -1', /needs a number after the path/],
      ['/a key $.a', /needs a field after the path/],
      ['/a tolerance header:x 1', /can only ignore a header/],
      ['/a unordered "html: main ul"', /can only ignore a place in quotes/],
      ['/a/{id ignore $.a', /an unmatched "\{" or "\}"/],
    ];
    for (const [text, rule] of cases) {
      expect(() => compareRules.parse(text), text).to.throw(FormatError, rule);
    }
  });

  it('accept only paths that the comparison can parse', () => {
    const step = fc.constantFrom('.a', '.b-c', '..d', '.*', '[]', '[*]', '["x y"]', '["\\""]', '$');
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), (steps) => {
        const text = `$${steps.join('')}`;
        if (jsonPath.holds(text)) parseJsonPath(text);
        else expect(() => parseJsonPath(text)).to.throw(/is not a JSON path/);
      }),
    );
  });
});
