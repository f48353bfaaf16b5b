import { expect } from 'chai';
import { parseJsonPath } from '../../../../lib/compare/json/path.ts';

describe('a JSON path', () => {
  it('matches the places it names', () => {
    const cases: [string, (string | null)[], boolean][] = [
      ['$', [], true],
      ['$', ['a'], false],
      ['$.a', ['a'], true],
      ['$.a', ['a', 'b'], false],
      ['$.items[].price', ['items', null, 'price'], true],
      ['$.items[*].price', ['items', null, 'price'], true],
      ['$.items.price', ['items', null, 'price'], false],
      ['$.*.price', ['items', 'price'], true],
      ['$.*.price', [null, 'price'], true],
      ['$..price', ['price'], true],
      ['$..price', ['items', null, 'price'], true],
      ['$..price', ['items', null, 'price', 'amount'], false],
      ['$..a..b', ['x', 'a', null, 'b'], true],
      ['$["a b"].c', ['a b', 'c'], true],
    ];
    for (const [text, place, fits] of cases) {
      expect(parseJsonPath(text)(place), `${text} at ${place.join('/')}`).to.equal(fits);
    }
  });

  it('is rejected when it is invalid', () => {
    for (const text of ['', 'a', '$a', '$.', '$..', '$.a..', '$[0]', '$["a]', '$ .a', '$...a']) {
      expect(() => parseJsonPath(text), text).to.throw(/is not a JSON path/);
    }
  });
});
