import { expect } from 'chai';
import fc from 'fast-check';
import { jsonLines } from '../../../../lib/cli/text/json-lines.ts';

describe('JSON with one field a line', () => {
  it('is written as JSON.stringify does, whatever the document', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        // Equal keys, and keys like numbers, are the only ones that a parser moves.
        const expected = JSON.stringify(value, null, 2).split('\n');
        expect(jsonLines(JSON.stringify(value))).to.deep.equal(expected);
      }),
    );
  });

  it('keeps every digit', () => {
    const text = '{"id": 18014398509482018, "price": 1.50, "big": 1e400}';
    expect(jsonLines(text)?.map((line) => line.trim())).to.deep.equal([
      '{',
      '"id": 18014398509482018,',
      '"price": 1.50,',
      '"big": 1e400',
      '}',
    ]);
  });

  it('has its keys in the order of another document', () => {
    const text = '{"z":1,"b":[{"d":1,"c":2}],"a":1}';
    const like = '{"a":0,"b":[{"c":0,"d":0}],"gone":1}';
    expect(jsonLines(text, like)?.join('').replaceAll(' ', '')).to.equal(
      '{"a":1,"b":[{"c":2,"d":1}],"z":1}',
    );
  });

  it('is null for a text that is not JSON or too deep to read', () => {
    expect(jsonLines('{"a":')).to.equal(null);
    expect(jsonLines(`${'['.repeat(5000)}${']'.repeat(5000)}`)).to.equal(null);
    expect(jsonLines('{"a":1}', 'no JSON')).to.have.length(3);
  });
});
