import { expect } from 'chai';
import * as fc from 'fast-check';
import { parseYamlFile } from '../../../config/sources/yaml-file.ts';

describe('parseYamlFile', () => {
  it('keeps every scalar as it was written, with line and column of its key', () => {
    const { entries, problems } = parseYamlFile(
      ['# a comment', 'identifier: 1.10', 'readiness:', '  path: "/health"', '  on: yes'].join(
        '\n',
      ),
    );
    expect(problems).to.deep.equal([]);
    expect(entries.map(({ key, line, column }) => [key, line, column])).to.deep.equal([
      ['identifier', 2, 1],
      ['readiness', 3, 1],
    ]);
    expect(entries[0]?.value).to.equal('1.10');
    expect(entries[1]?.value).to.deep.equal(
      new Map([
        ['path', '/health'],
        ['on', 'yes'],
      ]),
    );
    expect(entries[1]?.children.map(({ key, line, column }) => [key, line, column])).to.deep.equal([
      ['path', 4, 3],
      ['on', 5, 3],
    ]);
  });

  it('reads lists, flow maps and the empty value', () => {
    const { entries } = parseYamlFile('a: [GET, "b, c"]\nb: {x: {y: 1}}\nc:\nd: null\ne: "null"');
    expect(entries.map(({ value }) => value)).to.deep.equal([
      ['GET', 'b, c'],
      new Map([['x', new Map([['y', '1']])]]),
      '',
      '',
      'null',
    ]);
  });

  for (const empty of ['', '\n', '# only a comment\n', '---\n', '{}']) {
    it(`finds nothing in ${JSON.stringify(empty)}`, () => {
      expect(parseYamlFile(empty)).to.deep.equal({ entries: [], problems: [], isReadable: true });
    });
  }

  const broken: readonly (readonly [string, number, string])[] = [
    ['a: 1\na: 2', 2, 'a key occurs twice'],
    ['a: 1\n\tb: 2', 2, 'tab'],
    ['a: [1, 2', 1, 'is not valid yaml'],
    ['a: "open', 1, 'is not valid yaml'],
    ['- a\n- b', 1, 'must be a map'],
    ['just words', 1, 'must be a map'],
    ['a: 1\n---\nb: 2', 2, 'more than one document'],
    ['a: &x 1\nb: *x', 2, 'an alias in yaml'],
    ['a: 1\n? [b]\n: 2', 2, 'has a key that is not text'],
    [`a: ${'['.repeat(30)}${']'.repeat(30)}`, 1, 'deep'],
    [`a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`, 1, 'it is nested too deep'],
    [`a: ${'{a: '.repeat(30)}${'}'.repeat(30)}`, 1, 'is nested more than 20 deep'],
  ];
  for (const [source, line, text] of broken) {
    it(`says what is wrong with ${JSON.stringify(source.slice(0, 40))}`, () => {
      const { problems } = parseYamlFile(source);
      expect(problems.length).to.be.within(1, 20);
      expect(problems[0]?.text).to.include(text);
      expect(problems.map((problem) => problem.line)).to.include(line);
    });
  }

  it('tells the first keys that occur twice', () => {
    const keys = Array.from({ length: 1000 }, (_, at) => `k${at}: 1\n`).join('');
    const { problems, isReadable } = parseYamlFile(keys + keys);
    expect([isReadable, problems.length, problems[0]?.line]).to.deep.equal([false, 20, 1001]);
  });

  it('does not quote the file in a problem', () => {
    for (const source of [
      'a: "topsecret',
      'a: {topsecret',
      'topsecret: 1\ntopsecret: 2',
      '*topsecret',
    ]) {
      const reported = JSON.stringify(parseYamlFile(source).problems);
      expect(reported).to.not.equal('[]').and.not.include('topsecret');
    }
  });

  it('never throws, whatever the file holds', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'a',
        ': ',
        '- ',
        '\n',
        '  ',
        '[',
        ']',
        '{',
        '}',
        '&x ',
        '*x',
        '!!int ',
        '|\n',
        '"',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    );
    const source = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(source, (text) => {
        const { entries, problems } = parseYamlFile(text);
        expect(entries).to.be.an('array');
        expect(problems.every(({ line, column }) => line >= 1 && column >= 1)).to.equal(true);
      }),
      { numRuns: 500 },
    );
  });
});
