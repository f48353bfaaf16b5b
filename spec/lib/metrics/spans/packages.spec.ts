import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { codeOf, messageOf } from '../../../../lib/errors.ts';
import { requireSpanPackages, SPAN_PACKAGES } from '../../../../lib/metrics/spans/packages.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

const [SDK, EXPORTER] = SPAN_PACKAGES;

function failureFrom(folder: string): { code: string | undefined; message: string } {
  try {
    requireSpanPackages(join(folder, 'module.js'));
  } catch (error) {
    return { code: codeOf(error), message: messageOf(error) };
  }
  return { code: undefined, message: '' };
}

describe('The packages for spans', () => {
  it('are there, since the specs need them', () => requireSpanPackages());

  it('are named where a module cannot find them, with the command that installs them', async () => {
    await withTempFolder((folder) => {
      const { code, message } = failureFrom(folder);
      expect(code).to.equal('VILI_OTLP_PACKAGES');
      expect(message).to.contain(`not installed beside Vili: ${SDK}, ${EXPORTER}.`);
      expect(message).to.contain(`npm install -g ${SDK} ${EXPORTER}`);
      return Promise.resolve();
    });
  });

  it('are both needed', async () => {
    await withTempFolder(async (folder) => {
      const sdk = join(folder, 'node_modules', SDK);
      await mkdir(sdk, { recursive: true });
      await writeFile(join(sdk, 'index.js'), '');
      expect(failureFrom(folder).message).to.contain(`beside Vili: ${EXPORTER}.`);
    });
  });
});
