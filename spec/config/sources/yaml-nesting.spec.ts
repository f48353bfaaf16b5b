import { expect } from 'chai';
import { parseYamlFile } from '../../../config/sources/yaml-file.ts';
import { tooDeepAt } from '../../../config/sources/yaml-nesting.ts';

const MANY = 60_000;
const LEVELS = 250;

describe('The nesting of a yaml text', () => {
  it('is found before the parser, which it would end, in every way to nest', () => {
    for (const unit of [
      '{',
      '[',
      '{a: ',
      '[{',
      'a: [',
      '- ',
      '? ',
      '- ? ',
      ': ',
      '? : ',
      ': - ',
      '{{a',
      '&a [',
    ]) {
      const text = unit.repeat(MANY / unit.length);
      expect(tooDeepAt(text), unit).to.be.a('number');
      const { problems, isReadable } = parseYamlFile(text);
      expect([problems.length, isReadable], unit).to.deep.equal([1, false]);
      expect(problems[0]?.text).to.match(/nested too deep/);
    }
    const steps = Array.from({ length: LEVELS }, (_, at) => `${' '.repeat(at)}a:\n`);
    expect(tooDeepAt(steps.join(''))).to.be.a('number');
    expect(parseYamlFile(steps.join('')).problems[0]).to.include({ line: 201, column: 201 });
    expect(tooDeepAt(steps.join('\n'))).to.be.a('number');
  });

  it('is not taken from lists, from text in quotes or blocks, nor from comments', () => {
    const brackets = '[{'.repeat(MANY);
    for (const text of [
      '- a\n'.repeat(MANY),
      'a: [b]\n'.repeat(MANY),
      '- - a\n  - b\n'.repeat(MANY),
      `a: "${brackets}"\n`,
      `a: '${brackets}'\n`,
      `a: |\n  ${brackets}\n`,
      `# ${brackets}\na: b\n`,
      `a: b ${brackets}\n`,
      steps(LEVELS - 100).repeat(50),
    ]) {
      expect(tooDeepAt(text), text.slice(0, 20)).to.equal(null);
    }
  });
});

// Private

function steps(levels: number): string {
  return Array.from({ length: levels }, (_, at) => `${' '.repeat(at)}a:\n`).join('');
}
