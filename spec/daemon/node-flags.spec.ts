import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { NODE_FLAGS } from '../support/daemon.ts';

/** From dist/spec/daemon to the project. */
const PROJECT = new URL('../../../', import.meta.url);
const STARTS = /node((?: --\S+)*) \S*dist\/actors\/app\/main\.js/g;

describe('The ways to start Vili', () => {
  for (const file of ['package.json', 'README.md']) {
    it(`use the flags of the program's first line in ${file}`, async () => {
      const starts = [...(await readFile(new URL(file, PROJECT), 'utf8')).matchAll(STARTS)];
      expect(starts).to.not.be.empty;
      for (const [text, flags] of starts)
        expect(flags?.trim(), text).to.equal(NODE_FLAGS.join(' '));
    });
  }

  it('limit the young generation', () => {
    expect(NODE_FLAGS.join(' ')).to.match(/^--max-semi-space-size=\d+$/);
  });
});
