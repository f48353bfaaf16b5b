import { expect } from 'chai';
import * as fc from 'fast-check';
import { parseEnvFile } from '../../../config/sources/env-file.ts';

/** Lines and what godotenv 1.5.1 parses them into. */
const LIKE_THE_GO_PROGRAM: readonly (readonly [string, Record<string, string>])[] = [
  ['C=has#hash', { C: 'has#hash' }],
  ['M="quote \\" inside"', { M: 'quote " inside' }],
  ['P="dollar \\$port"', { P: 'dollar $port' }],
  ['N=`back tick`', { N: '`back tick`' }],
  ['identifier: myservice', { identifier: 'myservice' }],
  ['A=plain   \nidentifier: myservice', { A: 'plain', identifier: 'myservice' }],
  ['a=b', { a: 'b' }],
  ['a =b', { a: 'b' }],
  ['  a= b  ', { a: 'b' }],
  ['\ta\t=\tb\t', { a: 'b' }],
  ['a=', { a: '' }],
  ['a=\nb=c', { a: '', b: 'c' }],
  ['a=""', { a: '' }],
  ['a="b"', { a: 'b' }],
  ["a='b'", { a: 'b' }],
  ['a="\'b\'"', { a: "'b'" }],
  ['a=b=c=', { a: 'b=c=' }],
  ['a: b=c', { a: 'b=c' }],
  ['a=b:c', { a: 'b:c' }],
  ['a.b=c', { 'a.b': 'c' }],
  ['a=b c', { a: 'b c' }],
  ['a=b # comment', { a: 'b' }],
  ['a=b # one # two', { a: 'b # one' }],
  ['a=#b', { a: '#b' }],
  ['a=b#c # d', { a: 'b#c' }],
  ['a="b#c" # d', { a: 'b#c' }],
  ["a='b # c' # d", { a: 'b # c' }],
  ['# a=b\n  # c=d\n\ne=f', { e: 'f' }],
  ['export a=b', { a: 'b' }],
  ['  export\ta=b', { a: 'b' }],
  ['exporta=b', { exporta: 'b' }],
  ['export_a=b', { export_a: 'b' }],
  ['a="b\\nc"', { a: 'b\nc' }],
  ["a='b\\nc'", { a: 'b\\nc' }],
  ['a="b\\r\\tc"', { a: 'b\rtc' }],
  ['a="b\\\\c"', { a: 'b\\c' }],
  ['a="one\ntwo"\nb=c', { a: 'one\ntwo', b: 'c' }],
  ['a="b" c=d', { a: 'b', c: 'd' }],
  ['HOME_OF=/srv\na=${HOME_OF}/x', { HOME_OF: '/srv', a: '/srv/x' }],
  ['B=1\na="$B-${B}"', { B: '1', a: '1-1' }],
  ["B=1\na='$B'", { B: '1', a: '$B' }],
  ['a=x${NOBODY}y', { a: 'xy' }],
  ['a=$lower', { a: '$lower' }],
  ['a=5\\$B', { a: '5$B' }],
  ['a=b\r\nc=d\r\n', { a: 'b', c: 'd' }],
  ['a=1\na=2', { a: '2' }],
  ['a="b\\""', { a: 'b\\' }],
  ['', {}],
  ['\n \t\n', {}],
];

describe('parseEnvFile', () => {
  for (const [source, expected] of LIKE_THE_GO_PROGRAM) {
    it(`reads ${JSON.stringify(source)} as the Go program did`, () => {
      const { entries, problems } = parseEnvFile(source);
      expect(problems).to.deep.equal([]);
      expect(Object.fromEntries(entries.map(({ key, value }) => [key, value]))).to.deep.equal(
        expected,
      );
    });
  }

  it('gives the line of each key, also after a value of several lines', () => {
    const { entries } = parseEnvFile('# one\na=1\n\nb="2\n3"\r\n\r\nc: 4');
    expect(entries.map(({ key, line }) => [key, line])).to.deep.equal([
      ['a', 2],
      ['b', 4],
      ['c', 7],
    ]);
  });

  it('continues after a line that cannot be parsed, without quoting it', () => {
    const { entries, problems } = parseEnvFile('a=1\nmy secret!\nb=2\nlol$wut\nc="open\nd=3');
    expect(entries.map(({ key }) => key)).to.deep.equal(['a', 'b', 'd']);
    expect(problems).to.deep.equal([
      { line: 2, text: 'is not key=value' },
      { line: 4, text: 'is not key=value' },
      { line: 5, text: 'the quote after c= is not closed' },
    ]);
  });

  it('never throws and reads on to the end, whatever the file holds', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'a',
        '=',
        ':',
        '"',
        "'",
        '\\',
        '$',
        '{',
        '}',
        '#',
        ' ',
        '\n',
        '\r',
        'export ',
      ),
      fc.string({ unit: 'binary', maxLength: 5 }),
    );
    const source = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(source, (text) => {
        const whole = parseEnvFile(text);
        const lines = text.replaceAll('\r\n', '\n').split('\n').length;
        for (const { line } of [...whole.entries, ...whole.problems]) {
          expect(line).to.be.within(1, lines);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('reads back every value that is written in double quotes', () => {
    const key = fc.stringMatching(/^[a-z_][a-z0-9_.]{0,20}$/).filter((name) => name !== 'export');
    // A quote at either end is taken off, as godotenv does; a carriage return before a line feed is
    // taken as the end of a line.
    const value = fc
      .string({ unit: 'grapheme' })
      .filter((text) => !/^"|"$|\\$/.test(text) && !text.includes('\r'));
    fc.assert(
      fc.property(fc.array(fc.tuple(key, value), { maxLength: 8 }), (pairs) => {
        const source = pairs.map(([name, text]) => `${name}="${escaped(text)}"`).join('\n');
        const { entries, problems } = parseEnvFile(source);
        expect(problems).to.deep.equal([]);
        expect(entries.map((entry) => [entry.key, entry.value])).to.deep.equal(pairs);
      }),
      { numRuns: 500 },
    );
  });

  it('reads back every plain value', () => {
    const value = fc.stringMatching(/^[A-Za-z0-9_./,%#=:*{}-]{0,40}$/);
    fc.assert(
      fc.property(fc.array(value), (values) => {
        const source = values.map((text, index) => `k${index}=${text}`).join('\n');
        expect(parseEnvFile(source).entries.map((entry) => entry.value)).to.deep.equal(values);
      }),
    );
  });

  it('parses a file of the largest size quickly', () => {
    const started = process.hrtime.bigint();
    for (const line of ['a="', 'a=\\"', "x '", 'a', '=', '# ', 'a=b\n', '$A', '\n']) {
      parseEnvFile(line.repeat(Math.ceil((256 * 1024) / line.length)));
    }
    expect(Number(process.hrtime.bigint() - started) / 1e6).to.be.below(5000);
  });
});

/** Backslash before quotes, dollar signs and backslashes, except where godotenv would see `\\n`. */
function escaped(text: string): string {
  return text.replaceAll(/[\\"$]/g, '\\$&');
}
