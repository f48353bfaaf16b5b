import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { expect } from 'chai';
import { withTempFolder } from '../support/temp-folder.ts';
import { BESIDE, planOf } from './beside.ts';
import { outcomeText, sumOf } from './outcome.ts';
import { runPart } from './part.ts';

const SPECS = fileURLToPath(new URL('../', import.meta.url));
const REPORTER = join(SPECS, 'support/reporter.js');

/** Runs one file of specs by mocha, as `npm test` does. */
function ran(text: string) {
  return withTempFolder(async (folder) => {
    await writeFile(join(folder, '.mocharc.json'), JSON.stringify({ reporter: REPORTER }));
    await writeFile(join(folder, 'it.spec.js'), text);
    const said: string[] = [];
    const onText = (piece: Buffer) => void said.push(String(piece));
    const outcome = await runPart({ folder, files: ['it.spec.js'], lane: 1, onText });
    return { ...outcome, text: said.join('') };
  });
}

describe('All specs in one run', function () {
  this.timeout(20_000);

  it('are each in one part of it; those that may have company are known by name, and few at once', () => {
    const others = ['config/load', 'daemon/busy-host', 'lib/text/numbers'];
    const { beside, alone } = planOf([...BESIDE, ...others]);
    expect(alone).to.deep.equal(others);
    expect(beside.flat().toSorted()).to.deep.equal([...BESIDE].toSorted());
    expect(Math.max(...beside.map((part) => part.length))).to.be.within(1, 6);
    expect(planOf(others)).to.deep.equal({ beside: [], alone: others });
    const missing = BESIDE.filter((name) => !existsSync(join(SPECS, `${name}.spec.js`)));
    expect(missing).to.deep.equal([]);
  });

  it('tell what became of them: passed, skipped, failed, and passed at the second try', async () => {
    const { passing, pending, again, failures, text } = await ran(`
      describe('one', () => {
        it('passes', () => {});
        it('waits');
        it('fails', () => { throw new Error('as it should'); });
        let tries = 0;
        it('passes later', function () { this.retries(1); if (tries++ === 0) throw new Error('not yet'); });
      });
    `);
    expect({ passing, pending, again }).to.deep.equal({ passing: 2, pending: 1, again: 1 });
    expect(failures.map(({ title }) => title)).to.deep.equal(['one fails']);
    expect(failures[0]?.text).to.match(/^Error: as it should\n +at .*it\.spec\.js/);
    // Coloured where CI says so.
    expect(stripVTControlCharacters(text))
      .to.match(/✔ passes/)
      .and.contain('tried again: one passes later');
  });

  it('have a temporary folder and ports of their own', async () => {
    const { failures } = await ran(`
      const { tmpdir } = require('node:os');
      const { readdirSync } = require('node:fs');
      it('are told', () => { throw new Error([readdirSync(tmpdir()).length, process.env.SPEC_LANE].join()); });
    `);
    expect(failures[0]?.text).to.match(/^Error: 0,1\n/);
  });

  it('fail when the process that runs them ends too early', async () => {
    const { passing, failures } = await ran(`it('ends', () => process.exit(3));`);
    expect(passing).to.equal(0);
    expect(failures[0]?.title).to.equal('it.spec.js');
    expect(failures[0]?.text).to.contain('mocha ended (exit code 3) without a result');
  });

  it('are summed up at the end, failures in full', () => {
    const bad = { title: 'one fails', text: 'Error: no\n    at x' };
    const one = { passing: 3000, pending: 1, again: 2, failures: [] };
    const other = { passing: 200, pending: 0, again: 0, failures: [bad] };
    expect(outcomeText(sumOf([one, other]), 2_000_000)).to.equal(
      [
        '',
        '  3200 passing (33m)',
        '  1 pending',
        '  1 failing',
        '  2 tried again, see above',
        '',
        '  1) one fails:',
        '     Error: no',
        '         at x',
        '',
      ].join('\n'),
    );
    const good = { passing: 7, pending: 0, again: 0, failures: [] };
    expect(outcomeText(sumOf([good]), 1400)).to.equal('\n  7 passing (1s)\n');
  });
});
