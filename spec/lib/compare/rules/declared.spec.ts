import { expect } from 'chai';
import fc from 'fast-check';
import { MAX_DECLARED, parseDeclared } from '../../../../lib/compare/rules/declared.ts';
import { createRuleBook } from '../../../../lib/compare/rules/rules.ts';

describe('A file of declared differences', () => {
  it('has a place and a reason on each line', () => {
    const text = `# what 1.5.0 changes
$.price            prices are text now

GET /items/{id}  $["old name"]  dropped, see ticket 7
/tags $.tags[].id ids are new\r
* header:Server    another server
GET / "html: main h1" the title is new`;
    expect(parseDeclared(text)).to.deep.equal({
      problems: [],
      entries: [
        { endpoint: null, path: '$.price', reason: 'prices are text now' },
        { endpoint: 'GET /items/{id}', path: '$["old name"]', reason: 'dropped, see ticket 7' },
        { endpoint: '/tags', path: '$.tags[].id', reason: 'ids are new' },
        { endpoint: null, path: 'header:Server', reason: 'another server' },
        { endpoint: 'GET /', path: '"html: main h1"', reason: 'the title is new' },
      ],
    });
  });

  const wrong: readonly (readonly [line: string, problem: string])[] = [
    ['price is text', '"price is text" is not [METHOD /path/{id}] $.path reason'],
    ['$.price', 'says not why $.price may differ'],
    ['$ everything', '"$" is not a place'],
    ['$.a..[ x', '"$.a..[" is not a place'],
    ['header: x', '"header:" is not a place'],
    ['$.a \u001b[2J', 'has a control character'],
    [`$.a ${'x'.repeat(301)}`, 'gives a reason of 301 characters, at most 300'],
    [`$.a ${'x'.repeat(2000)}`, 'has 2004 characters, at most 1000'],
    ['$.a x\n$.a y', 'line 2 declares * $.a a second time'],
  ];
  for (const [line, problem] of wrong) {
    it(`counts for nothing with the line ${JSON.stringify(line.slice(0, 30))}`, () => {
      const { entries, problems } = parseDeclared(
        `$.good is fine\n${line}`.replace(/^\$\.good is fine\n(?=\$\.a x\n)/, ''),
      );
      expect(entries).to.deep.equal([]);
      expect(problems[0])
        .to.match(/^line [12] /)
        .and.contain(problem);
    });
  }

  it('is bounded: in differences, and in what is said of it', () => {
    const many = Array.from({ length: MAX_DECLARED + 1 }, (_, at) => `$.a${at} x`).join('\n');
    expect(parseDeclared(many)).to.deep.equal({
      entries: [],
      problems: [`it declares more than ${MAX_DECLARED} differences`],
    });
    expect(parseDeclared('nonsense\n'.repeat(9999)).problems).to.have.length(6);
  });

  it('never throws, and what it accepts are rules', () => {
    const part = fc.constantFrom(
      '$',
      '.a',
      '[]',
      '..',
      '"',
      ' ',
      '\t',
      'GET',
      '/x',
      '{id}',
      '*',
      'header:',
      'why',
      '\\',
      '[',
    );
    const line = fc.oneof(
      fc.string(),
      fc.array(part, { maxLength: 12 }).map((it) => it.join('')),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const { entries, problems } = parseDeclared(lines.join('\n'));
        if (problems.length > 0) expect(entries).to.deep.equal([]);
        const rules = entries.map(
          ({ endpoint, path }) => ({ endpoint, path, action: 'ignore' }) as const,
        );
        createRuleBook(rules)('GET', '/x');
        for (const { reason } of entries) expect(reason.trim()).to.not.equal('');
      }),
      { numRuns: 2000 },
    );
  });
});
