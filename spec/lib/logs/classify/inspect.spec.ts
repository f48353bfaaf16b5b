import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { inspectLog, levelWarning } from '../../../../lib/logs/classify/inspect.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

const OPTIONS = { levelField: '', numbers: 'auto', maxBytes: 1000 } as const;

describe('the inspection of a log', () => {
  it('warns that a log has no levels, and names its keys', async () => {
    await withTempFolder(async (folder) => {
      const log = join(folder, 'service.log');
      await writeFile(log, '{"grade":"bad","text":"x"}\n'.repeat(100));
      const inspection = await inspectLog(log, OPTIONS);
      expect(inspection).to.deep.include({ lines: 37, withLevel: 0 });
      expect(levelWarning(inspection)).to.equal(
        '0 of the last 37 log lines have a level; keys seen: grade, text; set log.level_field',
      );
      const named = await inspectLog(log, { ...OPTIONS, levelField: 'text' });
      expect(named.withLevel).to.equal(0);
    });
  });

  it('gives no warning for a log with levels or without lines', async () => {
    await withTempFolder(async (folder) => {
      const log = join(folder, 'service.log');
      await writeFile(log, '{"level":"INFO"}\n{"level":"WARN"}\nplain\n');
      const inspection = await inspectLog(log, OPTIONS);
      expect(inspection).to.deep.equal({
        lines: 3,
        withLevel: 2,
        plain: 1,
        format: 'unknown format, level in level',
        unknownKeys: [],
      });
      expect(levelWarning(inspection)).to.equal(null);
      await writeFile(log, '');
      expect(levelWarning(await inspectLog(log, OPTIONS))).to.equal(null);
    });
  });
});
