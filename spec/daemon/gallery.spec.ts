import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { FAULTS, gallery } from '../bench/apps/gallery.ts';
import { rowsOf, runRow } from '../bench/apps/rows.ts';

/** One release needs about 15 seconds, and more on a busy machine. */
const LIMIT_MS = 120_000;
const FOLDER = 'spec/fixtures/apps';

function rowOf(only: string, fault: string) {
  const [row] = rowsOf(only, fault);
  if (row === undefined) throw new Error(`${only} has no ${fault}`);
  return row;
}

describe('The gallery of applications', () => {
  it('has a file for each, and each file is a program', () => {
    const files = readdirSync(FOLDER);
    expect(files.map((file) => basename(file, '.cjs')).toSorted()).to.deep.equal(
      gallery.map(({ name }) => name).toSorted(),
    );
    for (const file of files) execFileSync(process.execPath, ['--check', join(FOLDER, file)]);
  });

  it('has each fault at two applications', () => {
    for (const fault of FAULTS) {
      const apps = new Set(rowsOf('', fault).map(({ app }) => app.name));
      expect(apps.size, fault).to.be.at.least(2);
    }
  });

  it('lets the same build of an XML API go live, short form of `npm run bench:apps`', async function () {
    this.timeout(LIMIT_MS);
    const { kind, detail } = await runRow(rowOf('xml-api', 'none'), true);
    expect(kind, detail).to.equal('promoted');
  });

  it('finds leaked memory and an endpoint that fails, short form of `npm run bench:apps`', async function () {
    this.timeout(LIMIT_MS);
    const rows = [rowOf('static-etags', 'leak'), rowOf('one-time-link', '500')];
    const outcomes = await Promise.all(rows.map((row) => runRow(row, true)));
    for (const { isRight, kind, detail } of outcomes)
      expect(isRight, `${kind}: ${detail}`).to.equal(true);
  });
});
