import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { assertPtyAvailable } from '../../../../lib/servlet/process/pty.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

const COMPILED = fileURLToPath(new URL('../../../../lib/', import.meta.url));

describe('node-pty', () => {
  it('can be loaded here', () => {
    expect(assertPtyAvailable).to.not.throw();
  });

  it('causes one clear error with the remedy where it does not load, and only once it is needed', () =>
    withTempFolder(async (folder) => {
      const broken = join(folder, 'node_modules', 'node-pty');
      mkdirSync(broken, { recursive: true });
      writeFileSync(join(broken, 'index.js'), 'throw new Error("pty.node was not built\\nat x")');
      writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
      cpSync(COMPILED, join(folder, 'lib'), { recursive: true });
      const script =
        "import('./lib/servlet/process/spawn.js').then(() => import('./lib/servlet/process/pty.js'))" +
        '.then((pty) => pty.assertPtyAvailable()).catch((e) => console.log(e.code + "|" + e.message))';
      const output = execFileSync(process.execPath, ['-e', script], { cwd: folder }).toString();
      expect(output).to.match(
        /^VILI_PTY_UNAVAILABLE\|node-pty cannot be loaded; run 'npm rebuild node-pty'/,
      );
      expect(output).to.include('pty.node was not built');
      expect(output.trim().split('\n').length).to.equal(1);
    }));
});
