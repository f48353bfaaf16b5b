import { expect } from 'chai';
import { isSlow, patternsIn, readPatterns } from './patterns.ts';

/** Only texts that are bounded, or patterns that a repetition in bounds makes look worse than they are. */
const IN_BOUNDS: ReadonlyMap<string, string> = new Map([
  [String.raw`/\)\s*;?\s*$/`, 'the last 200 characters'],
  [String.raw`/\B(?=(\d{3})+$)/g`, 'the digits of a number'],
  [
    String.raw`/^\s*([A-Za-z_][\w .-]{0,60}?)(?:\s*[:=]\s*|\{[^}]{0,500}\}\s+|\s+(?=[-+]?\d))(.*)$/`,
    'at most 60 times the length of a line',
  ],
]);
/** A sign that may end a value: its look ahead is at most 80 characters. */
const BARE_VALUE = String.raw`/(?:[^\s,;&)\]}"'`;

describe('the patterns of the house', () => {
  it('take a time in proportion to the length of whatever text they meet', async function () {
    this.timeout(60_000);
    const slow = (await readPatterns()).filter(
      ({ text }) => !IN_BOUNDS.has(text) && !text.startsWith(BARE_VALUE) && isSlow(text),
    );
    expect(slow).to.deep.equal([]);
  });

  it('are all found, and a slow one is told from a fast one', () => {
    const source = String.raw`f(/a+$/u, { b: [/x/.test(y) ? /(?<!a)a+$/ : '/no/'] });`;
    expect(patternsIn(source)).to.deep.equal(['/a+$/u', '/x/', '/(?<!a)a+$/']);
    expect(patternsIn(source).map(isSlow)).to.deep.equal([true, false, false]);
  });
});
