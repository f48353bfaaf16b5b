import { expect } from 'chai';
import fc from 'fast-check';
import { commandAdvice } from '../../lib/cli/advice.ts';
import { editDistance } from '../../lib/text/nearest.ts';
import { run } from '../lib/cli/run-support.ts';

const COMMANDS =
  'start check demo reload stop restart status why diff history trace tree promote reject replay retest rollback pause resume'.split(
    ' ',
  );

describe('Issue 14, 4.5: a word that is no command', () => {
  it('never leads to another act', async () => {
    const words: Readonly<Record<string, RegExp>> = {
      reboot: /it is called `vili restart running` here/,
      rehup: /it is called `vili reload` here/,
      kill: /it is called `vili stop` here/,
      revert: /it is called `vili rollback` here/,
      deploy: /put the server file into the base folder/,
      approve: /it is called `vili promote` here/,
      cancel: /it is called `vili reject` here/,
      journal: /it is called `vili logs` here/,
      ps: /see `vili status`/,
      freeze: /it is called `vili pause` here/,
    };
    for (const [word, right] of Object.entries(words)) {
      const { code, stdout, stderr } = await run([word, '--base', '/nowhere']);
      expect([code, stdout], word).to.deep.equal([2, '']);
      expect(stderr)
        .to.match(right)
        .and.not.match(/did you mean/i);
      expect(stderr).to.contain(`there is no command "${word}"`);
    }
  });

  it('leads to the command that was mistyped or cut short', () => {
    const words = { stauts: 'status', hist: 'history', promot: 'promote', tre: 'tree', wyh: 'why' };
    for (const [word, right] of Object.entries(words)) {
      expect(commandAdvice(word, COMMANDS), word).to.equal(`did you mean \`vili ${right}\`?`);
    }
    expect(commandAdvice('stat', COMMANDS)).to.equal('did you mean `vili status`?');
    expect(commandAdvice('frobnicate', COMMANDS)).to.equal('see `vili --help`');
  });

  it('is asked about only when it is one slip away, or begins a command', () => {
    const letters = fc.string({
      unit: fc.constantFrom('a', 'e', 'i', 'o', 'r', 's', 't', 'p', 'l', 'y', 'h', 'd'),
      minLength: 1,
    });
    fc.assert(
      fc.property(letters, (word) => {
        const advice = commandAdvice(word, COMMANDS);
        if (!advice.startsWith('did you mean')) return;
        for (const [, name = ''] of advice.matchAll(/`vili (\w+)`/g)) {
          const isNear = editDistance(word, name) === 1 || name.startsWith(word);
          expect(isNear, `${word} > ${name}`).to.equal(true);
        }
      }),
      { numRuns: 5000 },
    );
  });

  it('is said of options in the same way', async () => {
    expect((await run(['status', '--jsno'])).stderr).to.contain('(did you mean --json?)');
    expect((await run(['status', '--banana'])).stderr).to.not.contain('did you mean');
  });

  it('is a command of its own where the program has it', () => {
    // Later commands take precedence over what is said in their place.
    expect(commandAdvice('restat', ['restart'])).to.equal('did you mean `vili restart`?');
  });
});
