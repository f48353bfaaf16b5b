import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import * as fc from 'fast-check';
import type { DecisionRecord } from '../../../../lib/evaluation/report/compose.ts';
import { parseReport, readReport, writeReport } from '../../../../lib/evaluation/report/files.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';
import { REPORT } from '../../operator/report-view.ts';

const TEST = REPORT.test ?? null;
const DECISION: DecisionRecord = {
  verdict: 'rejected',
  at: REPORT.at,
  version: REPORT.version,
  running: REPORT.running,
  by: 'vili',
  reasons: REPORT.reasons,
};

describe('the report files of a version', () => {
  it('hold the same report for programs and for people', async () => {
    await withTempFolder(async (folder) => {
      await writeReport(folder, DECISION, TEST);
      const report = await readReport(folder);
      expect(report?.test).to.deep.equal(TEST);
      const markdown = await readFile(join(folder, 'report.md'), 'utf8');
      expect(markdown).to.contain('# inventory-1.5.0: rejected').and.contain(report?.sentence);
    });
  });

  it('keep what an earlier report says about the test when nothing else is known', async () => {
    await withTempFolder(async (folder) => {
      await writeReport(folder, DECISION, TEST);
      await writeReport(folder, { ...DECISION, verdict: 'rolled-back', by: 'ann' }, null);
      const report = await readReport(folder);
      expect(report).to.include({ verdict: 'rolled-back', by: 'ann' });
      expect(report?.test).to.deep.equal(TEST);
    });
  });

  it('are written without a test where none is known', async () => {
    await withTempFolder(async (folder) => {
      await writeReport(folder, DECISION, null);
      expect(await readReport(folder)).to.not.have.property('test');
    });
  });

  it('are absent in a folder that has none, or whose report is invalid', async () => {
    await withTempFolder(async (folder) => {
      expect(await readReport(folder)).to.equal(null);
      expect(await readReport(join(folder, 'missing'))).to.equal(null);
      await writeFile(join(folder, 'report.json'), '{"schema":"vili.report/1"}');
      expect(await readReport(folder)).to.equal(null);
    });
  });

  it('are parsed from any text without throwing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(parseReport(text)).to.equal(null);
      }),
    );
  });
});
