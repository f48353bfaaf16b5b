import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { deleteStaleOutput } from '../support/stale-output.ts';
import { withTempFolder } from '../support/temp-folder.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PACK = ['pack', '--dry-run', '--json', '--ignore-scripts', '--offline'];

interface Packed {
  readonly files: readonly { readonly path: string }[];
}

describe('Issue 14, 4.6: the package', () => {
  it('has the program, its documents and its licence, and no spec', async function () {
    this.timeout(60_000);
    await withTempFolder(async (cache) => {
      const { stdout } = await promisify(execFile)('npm', [...PACK, '--cache', cache], {
        cwd: ROOT,
        maxBuffer: 16 * 1024 * 1024,
      });
      const parsed: unknown = JSON.parse(stdout);
      // A list, or since npm 11 an object by package name.
      const [packed] = Object.values(parsed as Record<string, Packed>);
      const paths = packed?.files.map(({ path }) => path) ?? [];
      expect(paths).to.include.members([
        'dist/actors/app/main.js',
        'dist/lib/mirror/worker/worker.js',
        'docs/cli.md',
        'packaging/systemd/vili@.service',
        'SECURITY.md',
        'config/vili.yaml',
        'tmp.env',
        'README.md',
        'LICENSE',
        'package.json',
      ]);
      const own =
        /^(?:dist\/(?:actors|config|lib|page)\/|page\/static\/|docs\/|examples\/|packaging\/|config\/vili\.yaml$|[A-Z]+(?:\.md)?$|package\.json$|tmp\.env$)/;
      expect(paths.filter((path) => !own.test(path))).to.deep.equal([]);
      expect(paths.filter((path) => /\.(?:spec|soak|bench)\./.test(path))).to.deep.equal([]);
    });
  });

  it('has nothing in it that was built of a source which is gone', async () => {
    await withTempFolder(async (root) => {
      await mkdir(join(root, 'dist/lib/kept'), { recursive: true });
      await mkdir(join(root, 'lib/kept'), { recursive: true });
      await writeFile(join(root, 'lib/kept/here.ts'), '');
      const kept = ['here.d.ts', 'here.d.ts.map', 'here.js', 'here.js.map', 'a.json'];
      const stale = ['gone.d.ts', 'gone.d.ts.map', 'gone.js', 'gone.js.map'];
      for (const name of [...kept, ...stale])
        await writeFile(join(root, 'dist/lib/kept', name), '');
      expect(deleteStaleOutput(root)).to.deep.equal(stale.map((name) => `lib/kept/${name}`));
      expect((await readdir(join(root, 'dist/lib/kept'))).toSorted()).to.deep.equal(
        kept.toSorted(),
      );
      expect(deleteStaleOutput(root)).to.deep.equal([]);
    });
    const { scripts } = JSON.parse(await readFile(`${ROOT}package.json`, 'utf8')) as {
      scripts: Record<string, string>;
    };
    // npm builds before it packs.
    expect(scripts['prepare']).to.equal('npm run build');
    expect(scripts['build']).to.contain('stale-output');
  });

  it('has a way to be installed for all users in the README, with the warning of npm 11', async () => {
    const readme = await readFile(`${ROOT}README.md`, 'utf8');
    expect(readme).to.contain('npm install -g ./vili-').and.contain('--allow-scripts=node-pty');
  });
});
