import { execFile } from 'node:child_process';
import {
  chmod,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { archiveVersion } from '../../lib/archive/archive-version.ts';
import { restoreVersion } from '../../lib/archive/restore.ts';
import { listArchives } from '../../lib/archive/retention.ts';
import { findUnfinished } from '../../lib/archive/unfinished.ts';
import { nameOfText, textOfName } from '../../lib/archive/zip/names.ts';
import { layoutOf } from '../../lib/base/names/layout.ts';
import { ArchiveCleaner } from '../../lib/disk/clean.ts';
import { diskSpace } from '../../lib/disk/usage.ts';
import { failureOf } from '../support/failure.ts';
import { asOrdinaryUser } from '../support/ordinary-user.ts';
import { withTempFolder } from '../support/temp-folder.ts';

const NAME = 'shop-1.0.0';
const run = promisify(execFile);
const never = new AbortController().signal;
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

async function archive(base: string): ReturnType<typeof archiveVersion> {
  const layout = layoutOf(base, 'shop');
  return await archiveVersion({ layout, name: NAME, mayDelete: async () => true, signal: never });
}

async function isThere(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  );
}

async function withVersion(use: (base: string, folder: string) => Promise<void>): Promise<void> {
  await withTempFolder(async (base) => {
    const folder = join(base, NAME);
    await mkdir(join(folder, '1_running', 'data'), { recursive: true });
    await writeFile(join(folder, 'shop-1.0.0.js'), 'the server');
    await use(base, folder);
  });
}

/** Names that no zip or no text takes as they are; each is one file. */
const ODD_NAMES = [
  'caf\xe9',
  '\xff',
  '\xc3\x28 half a character',
  'back\\slash',
  'back%5Cslash',
  '%FF',
  '%',
  '%25',
  'c:drive',
  'new\nline',
  ' ',
  '\xef\xbb\xbfmark',
];

describe('archiving a version whose names are bytes', () => {
  it('keeps every name and every link, and gives back the same bytes', async () => {
    await withVersion(async (base, folder) => {
      const data = bytes(join(folder, '1_running', 'data') + '/');
      for (const name of ODD_NAMES) {
        await writeFile(Buffer.concat([data, bytes(name)]), bytes(name));
      }
      await mkdir(Buffer.concat([data, bytes('folder \xfe')]));
      await writeFile(Buffer.concat([data, bytes('folder \xfe/inside \xfd')]), 'inside');
      await symlink(bytes('caf\xe9'), Buffer.concat([data, bytes('link \xfc')]));
      await symlink('a\\b', join(folder, 'link with a backslash'));
      expect(await archive(base)).to.include({ kind: 'archived', entries: ODD_NAMES.length + 7 });
      expect(await isThere(folder)).to.equal(false);

      const restored = await restoreVersion(join(base, 'archive', `${NAME}.zip`), folder);
      expect(restored.skipped).to.deep.equal([]);
      const names = await readdir(data, { encoding: 'latin1' as BufferEncoding });
      expect(names.sort()).to.deep.equal([...ODD_NAMES, 'folder \xfe', 'link \xfc'].sort());
      for (const name of ODD_NAMES) {
        expect(await readFile(Buffer.concat([data, bytes(name)]), 'latin1')).to.equal(name);
      }
      const inside = Buffer.concat([data, bytes('folder \xfe/inside \xfd')]);
      expect(await readFile(inside, 'utf8')).to.equal('inside');
      const target = await readlink(Buffer.concat([data, bytes('link \xfc')]), 'latin1');
      expect(target).to.equal('caf\xe9');
      expect(await readlink(join(folder, 'link with a backslash'))).to.equal('a\\b');
    });
  });

  it('gives any two names two texts, and each text its name', () => {
    const name = fc
      .array(fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0x25, 0x32, 0x35, 0x43, 0x5c)))
      .map((all) => Buffer.from(all));
    fc.assert(
      fc.property(name, (it) => {
        const text = textOfName(it);
        expect(text).not.to.include('\\');
        expect(nameOfText(text).equals(it)).to.equal(true);
        expect(Buffer.from(text).toString()).to.equal(text);
      }),
    );
  });

  it('does not let a zip write outside by an escaped name', async () => {
    await withTempFolder(async (base) => {
      const script =
        'import sys,zipfile; z=zipfile.ZipFile(sys.argv[1],"w"); z.writestr(sys.argv[2],"x"); z.close()';
      for (const name of ['a/%2E%2E/%2E%2E/%2E%2E/out', '%2Fetc/out', '%2E%2E/out', 'a%00b']) {
        const zip = join(base, 'x.zip');
        await run('python3', ['-c', script, zip, name]);
        const error = await failureOf(restoreVersion(zip, join(base, 'restored')));
        expect(error, name).to.have.property('code', 'VILI_ARCHIVE_UNSAFE');
        expect(await isThere(join(base, 'restored'))).to.equal(false);
      }
    });
  });
});

describe('archiving a version that has taken rights from its own files', () => {
  it('packs and deletes folders and files that may not be read or written', async () => {
    await withVersion(async (base, folder) => {
      const data = join(folder, '1_running', 'data');
      await asOrdinaryUser(base, async () => {
        await mkdir(join(data, 'closed', 'deeper'), { recursive: true });
        await writeFile(join(data, 'closed', 'deeper', 'file'), 'content');
        await writeFile(join(data, 'unreadable'), 'content', { mode: 0 });
        await chmod(join(data, 'closed', 'deeper'), 0);
        await chmod(join(data, 'closed'), 0o100);
        await chmod(data, 0o555);
        await chmod(folder, 0o555);
        expect(await archive(base)).to.include({ kind: 'archived', entries: 7 });
      });
      expect((await readdir(base)).sort()).to.deep.equal(['archive']);
    });
  });

  it('does not report a version as archived while a part of it remains, and clears the others away', async () => {
    await withVersion(async (base, folder) => {
      const layout = layoutOf(base, 'shop');
      const left = join(base, `.${NAME}.vili-deleting`);
      // To an ordinary user, a folder of root that is not empty cannot be deleted.
      const isRoot = process.geteuid?.() === 0;
      if (!isRoot) return;
      await mkdir(join(base, '.shop-2.0.0.vili-deleting', 'rest'), { recursive: true });
      await mkdir(join(base, '.other-2.0.0.vili-deleting'));
      await asOrdinaryUser(base, async () => {
        process.seteuid?.(0);
        await mkdir(join(folder, '1_running', 'of-root'));
        await writeFile(join(folder, '1_running', 'of-root', 'file'), '');
        process.seteuid?.(65_534);
        for (let attempt = 0; attempt < 2; attempt += 1) {
          const error = await failureOf(archive(base));
          expect(error).to.have.property('code', 'VILI_ARCHIVE_NOT_DELETED');
          expect(error.message).to.include(left);
        }
        const { removed, problems } = await findUnfinished(layout);
        expect(removed).to.deep.equal(['.shop-2.0.0.vili-deleting']);
        expect(problems).to.have.lengthOf(1);
        expect(problems[0]).to.include(NAME);
      });
      expect(await isThere(join(base, '.other-2.0.0.vili-deleting'))).to.equal(true);
      expect(await archive(base)).to.have.property('kind', 'absent');
      expect(await isThere(left)).to.equal(false);
    });
  });
});

describe('the retention of archives', () => {
  it('neither counts nor deletes a zip that is not an archived version of this service', async () => {
    await withTempFolder(async (base) => {
      const folder = join(base, 'archive');
      await mkdir(folder);
      const foreign = [
        'database-dump.zip',
        'shop.zip',
        'shop-backup.zip',
        'shop-agent-1.0.zip',
        'other-1.0.0.zip',
        'shop-1.0.0.zip.zip',
        'SHOP-1.0.0.zip',
        'shop-1.0.0.jar.zip',
      ];
      for (const [index, name] of [...foreign, 'shop-1.0.0.zip', 'shop-1.1.0.zip'].entries()) {
        await writeFile(join(folder, name), 'x'.repeat(1000));
        await utimes(join(folder, name), index, index);
      }
      const archives = await listArchives(folder, 'shop');
      expect(archives.map(({ name }) => name)).to.deep.equal(['shop-1.0.0', 'shop-1.1.0']);
      const limits = { archiveMaxBytes: 0, minFree: 0, now: () => 0 };
      const cleaner = new ArchiveCleaner();
      const { deleted } = await cleaner.clean({ archives, folders: [base], ...limits });
      expect(deleted).to.deep.equal(['shop-1.0.0', 'shop-1.1.0']);
      expect((await readdir(folder)).sort()).to.deep.equal([...foreign].sort());
    });
  });
});

/** A folder on another file system than the temp folder: every Linux has this one in memory. */
async function withOtherDisk(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp('/dev/shm/vili-spec-');
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('freeing space of a disk by deleting archives', () => {
  const ALL = 1000 * 1024 ** 4;

  it('deletes no archive that lies on another disk than the one that is full', async () => {
    await withTempFolder(async (base) => {
      await withOtherDisk(async (other) => {
        await symlink(other, join(base, 'archive'));
        await writeFile(join(other, 'shop-1.0.0.zip'), 'x'.repeat(100_000));
        const archives = await listArchives(join(base, 'archive'), 'shop');
        const limits = { archiveMaxBytes: ALL, minFree: 0.9999, now: () => 0 };
        const cleaned = await new ArchiveCleaner().clean({ archives, folders: [base], ...limits });
        expect(cleaned.deleted).to.deep.equal([]);
        expect(cleaned.short).to.have.lengthOf(1);
        expect(cleaned.short[0]).to.include({ folder: base, cause: 'no-archive' });
        expect(await readdir(other)).to.deep.equal(['shop-1.0.0.zip']);
      });
    });
  });

  it('deletes none where all together are not enough, and looks at each disk', async () => {
    await withTempFolder(async (base) => {
      await withOtherDisk(async (other) => {
        await symlink(other, join(base, 'archive'));
        await writeFile(join(other, 'shop-1.0.0.zip'), 'x'.repeat(100_000));
        const archives = await listArchives(join(base, 'archive'), 'shop');
        const folders = [base, join(base, 'archive'), join(base, 'none')];
        const limits = { archiveMaxBytes: ALL, minFree: 1.5, now: () => 0 };
        const cleaned = await new ArchiveCleaner().clean({ archives, folders, ...limits });
        expect(cleaned.deleted).to.deep.equal([]);
        expect(cleaned.short.map(({ cause }) => cause)).to.deep.equal(['no-archive', 'too-small']);
      });
    });
  });

  it('deletes the oldest while that frees space, and none that frees nothing', async () => {
    await withOtherDisk(async (other) => {
      for (const [index, name] of ['shop-1.0', 'shop-1.1', 'shop-1.2'].entries()) {
        await writeFile(join(other, `${name}.zip`), Buffer.alloc(4_000_000, 1));
        await utimes(join(other, `${name}.zip`), index, index);
      }
      await link(join(other, 'shop-1.0.zip'), join(other, 'second-name'));
      await writeFile(join(other, 'shop-0.9.zip'), '');
      await truncate(join(other, 'shop-0.9.zip'), 50_000_000);
      await utimes(join(other, 'shop-0.9.zip'), 0, 0);
      const archives = await listArchives(other, 'shop');
      const { freeBytes, totalBytes } = await diskSpace(other);
      const minFree = (freeBytes + 2_000_000) / totalBytes;
      const limits = { archiveMaxBytes: ALL, minFree, now: () => 0 };
      const { deleted } = await new ArchiveCleaner().clean({
        archives,
        folders: [other],
        ...limits,
      });
      expect(deleted).to.deep.equal(['shop-1.1']);
    });
  });
});
