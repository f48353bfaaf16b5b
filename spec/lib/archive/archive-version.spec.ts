import {
  lstat,
  mkdir,
  readdir,
  stat,
  symlink,
  truncate,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { type ArchiveOptions, archiveVersion } from '../../../lib/archive/archive-version.ts';
import { restoreVersion } from '../../../lib/archive/restore.ts';
import { findUnfinished } from '../../../lib/archive/unfinished.ts';
import { packFolder, verifyZip } from '../../../lib/archive/zip/pack.ts';
import { pointLink } from '../../../lib/base/instance/links.ts';
import { type Layout, layoutOf } from '../../../lib/base/names/layout.ts';
import { failureOf } from '../../support/failure.ts';
import { makeListedBase } from '../../support/listed-base.ts';
import { withTempFolder } from '../../support/temp-folder.ts';

const NAME = 'demosvc-1.0.0';
const never = new AbortController().signal;

interface Scene {
  readonly layout: Layout;
  readonly folder: string;
  readonly zip: string;
  readonly archive: (changes?: Partial<ArchiveOptions>) => ReturnType<typeof archiveVersion>;
}

/** A base of the Go program after a promotion, with an empty zip and the version folder. */
async function withScene(use: (scene: Scene) => Promise<void>): Promise<void> {
  await withTempFolder(async (base) => {
    await makeListedBase(base, 'C');
    const layout = layoutOf(base, 'demosvc');
    const options = { layout, name: NAME, mayDelete: async () => true, signal: never };
    await use({
      layout,
      folder: layout.versionFolder(NAME),
      zip: layout.archiveZip(NAME),
      archive: (changes = {}) => archiveVersion({ ...options, ...changes }),
    });
  });
}

async function isThere(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  );
}

describe('archiving a version', () => {
  it('replaces the empty zip of the Go program, verifies it, and only then deletes the folder', async () => {
    await withScene(async ({ layout, folder, zip, archive }) => {
      const seen: boolean[] = [];
      const mayDelete = async (): Promise<boolean> => {
        seen.push((await stat(zip)).size > 0);
        if (seen.length > 1) await verifyZip(zip, folder);
        return true;
      };
      const outcome = await archive({ mayDelete });
      expect(outcome).to.include({ kind: 'archived', zip, entries: 15 });
      expect(seen).to.deep.equal([false, true]);
      expect(await isThere(folder)).to.equal(false);
      expect(await readdir(layout.archiveFolder)).to.deep.equal(['demosvc-1.0.0.zip']);
      expect((await readdir(layout.base)).filter((name) => name.startsWith('.'))).to.deep.equal([
        '.env',
      ]);
    });
  });

  it('is reversed by a restore, links included', async () => {
    await withScene(async ({ folder, zip, archive }) => {
      await packFolder(folder, `${zip}.before`, never);
      await archive();
      const restored = await restoreVersion(zip, folder);
      expect(restored.skipped).to.deep.equal([]);
      await verifyZip(`${zip}.before`, folder);
    });
  });

  it('deletes no folder that came into use while it was packed', async () => {
    await withScene(async ({ folder, zip, archive }) => {
      let asked = 0;
      const outcome = await archive({ mayDelete: async () => (asked += 1) === 1 });
      expect(outcome).to.deep.equal({ kind: 'protected', reason: `${NAME} is in use` });
      await verifyZip(zip, folder);
    });
  });

  it('deletes no folder that a link points to, whatever the caller says', async () => {
    await withScene(async ({ layout, folder, zip, archive }) => {
      for (const link of [layout.roleLink('running'), layout.roleLink('testing')]) {
        await unlink(link);
        await pointLink(link, NAME);
        const outcome = await archive();
        expect(outcome).to.have.property('kind', 'protected');
        expect(outcome).to.have.property('reason').that.includes(`points to ${NAME}`);
        await unlink(link);
        await symlink('elsewhere', link);
      }
      expect(await isThere(folder)).to.equal(true);
      expect((await stat(zip)).size).to.equal(0);
    });
  });

  it('resumes work that was interrupted between the rename and the deletion', async () => {
    await withScene(async ({ layout, folder, zip, archive }) => {
      await packFolder(folder, zip, never);
      const before = await stat(zip);
      await writeFile(join(layout.archiveFolder, `.${NAME}.zip.0badf00d.vili-aside`), 'half');
      expect(await findUnfinished(layout)).to.deep.equal({
        names: [NAME],
        removed: [`.${NAME}.zip.0badf00d.vili-aside`],
        problems: [],
      });
      expect(await archive()).to.have.property('kind', 'archived');
      expect((await stat(zip)).ino).to.equal(before.ino);
      expect(await isThere(folder)).to.equal(false);
      expect(await findUnfinished(layout)).to.deep.equal({ names: [], removed: [], problems: [] });
      expect(await archive()).to.deep.equal({ kind: 'absent', zip });
    });
  });

  it('packs again when the folder differs from the zip', async () => {
    await withScene(async ({ folder, zip, archive }) => {
      await packFolder(folder, zip, never);
      await writeFile(join(folder, 'note'), 'written later');
      expect(await archive()).to.include({ kind: 'archived', entries: 16 });
    });
  });

  it('finishes a deletion that was interrupted', async () => {
    await withScene(async ({ layout }) => {
      const doomed = join(layout.base, `.${NAME}.vili-deleting`);
      await mkdir(join(doomed, 'rest'), { recursive: true });
      expect((await findUnfinished(layout)).removed).to.deep.equal([`.${NAME}.vili-deleting`]);
      expect(await isThere(doomed)).to.equal(false);
    });
  });

  it('leaves the folder intact when it fails or is stopped', async () => {
    await withScene(async ({ layout, folder, archive }) => {
      const before = (await readdir(folder)).sort();
      const reason = new Error('stop');
      const failure = await failureOf(archive({ signal: AbortSignal.abort(reason) }));
      expect(failure).to.equal(reason);
      await unlink(layout.archiveZip(NAME));
      await mkdir(join(layout.archiveZip(NAME), 'x'), { recursive: true });
      expect(await failureOf(archive())).to.have.property('code', 'VILI_ARCHIVE_FAILED');
      expect((await readdir(folder)).sort()).to.deep.equal(before);
    });
  });

  it('accepts nothing but a version folder', async () => {
    await withScene(async ({ layout, archive }) => {
      for (const name of ['archive', '../x', 'demosvc-1.0/../..', '']) {
        expect(await failureOf(archive({ name }))).to.have.property('code', 'VILI_ARCHIVE_FAILED');
      }
      await symlink('/etc', layout.versionFolder('demosvc-9.0'));
      const error = await failureOf(archive({ name: 'demosvc-9.0' }));
      expect(error.message).to.include('file or link');
      expect(await archive({ name: 'demosvc-8.0' })).to.deep.equal({ kind: 'absent', zip: null });
      await truncate(join(layout.base, 'demosvc-1.0.1.jar'), 1);
    });
  });
});
