import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { NODE_FLAGS } from '../support/daemon.ts';

/** From dist/spec/daemon to the project. */
const PROJECT = new URL('../../../', import.meta.url);
const STARTS = /node((?: --\S+)*) \S*dist\/actors\/main\.js/g;

describe('the ways to start Vili', () => {
  for (const file of ['package.json', 'README.md']) {
    it(`are those of the program's first line in ${file}`, async () => {
      const starts = [...(await readFile(new URL(file, PROJECT), 'utf8')).matchAll(STARTS)];
      expect(starts).to.not.be.empty;
      for (const [text, flags] of starts)
        expect(flags?.trim(), text).to.equal(NODE_FLAGS.join(' '));
    });
  }

  it('give the young generation a limit', () => {
    expect(NODE_FLAGS.join(' ')).to.match(/^--max-semi-space-size=\d+$/);
  });
});
