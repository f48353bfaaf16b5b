import { expect } from 'chai';
import fc from 'fast-check';
import { listPieces, objectPieces, readBack } from '../../../../lib/model/text/pieces.ts';

const name = fc.string().filter((text) => text !== '__proto__');
const record = fc.dictionary(name, fc.jsonValue());
const lists = fc.dictionary(name, fc.array(fc.jsonValue()));

describe('A JSON text in pieces', () => {
  it('is read back as the object that it is of', () => {
    fc.assert(
      fc.property(record, lists, (fields, long) => {
        const pieces = Object.entries(long).map(([key, items]) => [
          key,
          listPieces(items, (item) => JSON.stringify(item)),
        ]);
        const text = objectPieces(fields, Object.fromEntries(pieces));
        const expected: unknown = JSON.parse(JSON.stringify({ ...fields, ...long }));
        expect(readBack(text)).to.deep.equal(expected);
      }),
    );
  });

  it('has an item of a list in each piece', () => {
    const list = listPieces(['a', 'b'], (item) => JSON.stringify(item));
    expect([...objectPieces({ one: 1 }, { list })]).to.deep.equal([
      '{"one":1',
      ',"list":',
      '["a"',
      ',"b"',
      ']',
      '}',
    ]);
  });
});
