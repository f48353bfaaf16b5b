import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { expect } from 'chai';
import { withTempFolder } from '../support/temp-folder.ts';
import { BESIDE, planOf } from './beside.ts';
import { failuresOf, type Outcome, outcomeText } from './outcome.ts';
import { runPart } from './part.ts';
import { filesToTryAgain } from './second-try.ts';

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
    return { outcome, failures: failuresOf(outcome), text: said.join('') };
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

  it('tell what became of them by file: passed, skipped, failed', async () => {
    const { outcome, failures, text } = await ran(`
      describe('one', () => {
        it('passes', () => {});
        it('waits');
        it('fails', () => { throw new Error('as it should'); });
      });
    `);
    expect(Object.keys(outcome)).to.deep.equal(['it.spec.js']);
    expect(outcome['it.spec.js']).to.include({ passing: 1, pending: 1 });
    expect(failures.map(({ title }) => title)).to.deep.equal(['one fails']);
    expect(failures[0]?.text).to.match(/^Error: as it should\n +at .*it\.spec\.js/);
    // Coloured where CI says so.
    expect(stripVTControlCharacters(text)).to.match(/✔ passes/);
  });

  it('tell of which file a hook failed that all of its specs need', async () => {
    const { outcome } = await ran(`
      describe('one', () => {
        before(() => { throw new Error('no world'); });
        it('passes', () => {});
      });
    `);
    expect(outcome['it.spec.js']?.failures[0]?.text).to.contain('no world');
  });

  it('are tried again by file where few failed, and not with an input that was drawn', () => {
    const good = { passing: 3, pending: 0, failures: [] };
    const bad = (text: string) => ({ ...good, failures: [{ title: 'one fails', text }] });
    const luck = bad('Error: no');
    const drawn = bad('Error: Property failed after 4 tests\n{ seed: 7 }');
    const named = (count: number): Outcome =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`${at}.spec.js`, luck]));
    expect(filesToTryAgain({ 'a.spec.js': good, 'b.spec.js': luck })).to.deep.equal(['b.spec.js']);
    expect(filesToTryAgain({ 'a.spec.js': drawn, '': luck })).to.deep.equal([]);
    expect(filesToTryAgain(named(6))).to.have.length(6);
    expect(filesToTryAgain(named(7))).to.deep.equal([]);
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
    const { outcome, failures } = await ran(`it('ends', () => process.exit(3));`);
    expect(outcome['it.spec.js']?.passing).to.equal(0);
    expect(failures[0]?.title).to.equal('it.spec.js');
    expect(failures[0]?.text).to.contain('mocha ended (exit code 3) without a result');
  });

  it('are summed up at the end, failures in full', () => {
    const failures = [{ title: 'one fails', text: 'Error: no\n    at x' }];
    const outcome = {
      'a.spec.js': { passing: 3000, pending: 1, failures: [] },
      'b.spec.js': { passing: 200, pending: 0, failures },
    };
    expect(outcomeText(outcome, 2, 2_000_000)).to.equal(
      [
        '',
        '  3200 passing (33m)',
        '  1 pending',
        '  1 failing',
        '  2 files tried again, see above',
        '',
        '  1) one fails:',
        '     Error: no',
        '         at x',
        '',
      ].join('\n'),
    );
    const good = { 'a.spec.js': { passing: 7, pending: 0, failures: [] } };
    expect(outcomeText(good, 0, 1400)).to.equal('\n  7 passing (1s)\n  0 pending\n  0 failing\n');
  });
});
