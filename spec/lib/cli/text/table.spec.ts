import { expect } from 'chai';
import * as fc from 'fast-check';
import { neededLines } from '../../../../lib/cli/text/needed.ts';
import { alignRows, wrapWords } from '../../../../lib/cli/text/table.ts';

describe('the rows of a table', () => {
  it('have columns as wide as their widest cell and no trailing spaces', () => {
    expect(alignRows([['a', 'bb', ''], ['ccc', '', 'd'], []], '  ')).to.deep.equal([
      '  a    bb',
      '  ccc      d',
      '',
    ]);
  });

  it('do not count colours as width', () => {
    expect(
      alignRows([
        [{ text: 'a', style }, 'x'],
        ['bb', 'y'],
      ]),
    ).to.deep.equal(['<a>   x', 'bb  y']);
  });
});

describe('wrapped words', () => {
  it('keep every character except spaces and fit the width', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 300 }),
        fc.integer({ min: 10, max: 80 }),
        (text, width) => {
          const lines = wrapWords(text.trim(), width, '  ');
          for (const line of lines) expect(line.length).to.be.at.most(width);
          expect(squeezed(lines.join(''))).to.equal(squeezed(text.trim()));
        },
      ),
    );
  });

  it('keep a share together with its sign', () => {
    expect(wrapWords('at most 0.5 % more', 12)).to.deep.equal(['at most', '0.5 % more']);
  });
});

function style(text: string): string {
  return `<${text}>`;
}

function squeezed(text: string): string {
  return text.replace(/ /g, '');
}

describe('the list of what a promotion still needs', () => {
  it('is one line if it fits, else several', () => {
    expect(neededLines([], 80)).to.deep.equal([]);
    expect(neededLines(['9 more seconds', '59 more requests'], 80, '  ')).to.deep.equal([
      '  still needed: 9 more seconds, 59 more requests',
    ]);
    expect(neededLines(['9 more seconds', '59 more requests'], 24)).to.deep.equal([
      'still needed:',
      '  - 9 more seconds',
      '  - 59 more requests',
    ]);
  });
});
