import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { fingerprintOf } from '../../../../lib/base/arrival/fingerprint.ts';
import { listServerFiles, listVersionFolders } from '../../../../lib/base/arrival/scan.ts';
import { restageMissing, StageFailed, stageVersion } from '../../../../lib/base/arrival/stage.ts';
import { type Layout, layoutOf } from '../../../../lib/base/names/layout.ts';
import { parseServerFile, type ServerFile } from '../../../../lib/base/names/server-file.ts';
import { failureOf } from '../../../support/failure.ts';
import { jarBytes } from '../../../support/jar-file.ts';
import { newestSettled } from '../../../../lib/base/arrival/settled.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

function serverFile(fileName: string): ServerFile {
  const file = parseServerFile('inventory', fileName);
  if (file === undefined) throw new Error(`${fileName} is not a server file`);
  return file;
}

async function withBase(use: (layout: Layout) => Promise<void>): Promise<void> {
  await withTempFolder(async (base) => await use(layoutOf(base, 'inventory')));
}

async function failureCode(layout: Layout, fileName: string): Promise<string> {
  const error = await failureOf(stageVersion(layout, serverFile(fileName)));
  expect(error).to.be.instanceOf(StageFailed);
  expect(error.message).to.include(fileName);
  return (error as StageFailed).code;
}

describe('staging a version', () => {
  it('copies the server file with its mode and leaves the original alone', async () => {
    await withBase(async (layout) => {
      const file = serverFile('inventory-1.0.jar');
      await writeFile(layout.serverFile(file), jarBytes());
      await chmod(layout.serverFile(file), 0o754);
      const staged = await stageVersion(layout, file);
      expect(staged.folder).to.equal(join(layout.base, 'inventory-1.0'));
      expect(staged.fingerprint).to.equal(createHash('sha256').update(jarBytes()).digest('hex'));
      expect(await fingerprintOf(layout.serverCopy(file))).to.equal(staged.fingerprint);
      expect((await stat(layout.serverCopy(file))).mode & 0o777).to.equal(0o754);
      expect(await readFile(layout.serverFile(file))).to.deep.equal(jarBytes());
      expect(await readdir(staged.folder)).to.deep.equal(['inventory-1.0.jar']);
    });
  });

  it('writes nothing when the copy has the same content, and replaces other content', async () => {
    await withBase(async (layout) => {
      const file = serverFile('inventory-1.0.jar');
      await writeFile(layout.serverFile(file), jarBytes());
      await stageVersion(layout, file);
      const before = await stat(layout.serverCopy(file));
      await stageVersion(layout, file);
      expect((await stat(layout.serverCopy(file))).ino).to.equal(before.ino);
      await writeFile(layout.serverFile(file), jarBytes({ other: 'content' }));
      const { fingerprint } = await stageVersion(layout, file);
      expect(await fingerprintOf(layout.serverCopy(file))).to.equal(fingerprint);
    });
  });

  it('gives an executable without an extension a folder beside the file', async () => {
    await withBase(async (layout) => {
      const file = serverFile('inventory-1.0');
      await writeFile(layout.serverFile(file), '#!/bin/sh\n', { mode: 0o755 });
      const { folder } = await stageVersion(layout, file);
      expect(await readdir(folder)).to.deep.equal(['inventory-1.0']);
      const folders = await listVersionFolders(layout.base, 'inventory');
      expect(folders).to.deep.equal([{ name: 'inventory-1.0.d', version: '1.0', folder }]);
    });
  });

  it('removes what an earlier copy left half-written', async () => {
    await withBase(async (layout) => {
      const file = serverFile('inventory-1.0.jar');
      await writeFile(layout.serverFile(file), jarBytes());
      await mkdir(layout.versionFolder(file.name));
      await writeFile(
        join(layout.versionFolder(file.name), '.inventory-1.0.jar.0badf00d.vili-aside'),
        'ha',
      );
      const { folder } = await stageVersion(layout, file);
      expect(await readdir(folder)).to.deep.equal(['inventory-1.0.jar']);
    });
  });

  it('rejects a file that is gone, cut off, not a regular file, or not executable', async () => {
    await withBase(async (layout) => {
      expect(await failureCode(layout, 'inventory-1.0.jar')).to.equal('VILI_SERVER_FILE_GONE');
      await writeFile(join(layout.base, 'inventory-1.1.jar'), jarBytes().subarray(0, -1));
      expect(await failureCode(layout, 'inventory-1.1.jar')).to.equal('VILI_SERVER_FILE_TRUNCATED');
      expect(await readdir(layout.versionFolder('inventory-1.1'))).to.deep.equal([]);
      await mkdir(join(layout.base, 'inventory-1.2.jar'));
      expect(await failureCode(layout, 'inventory-1.2.jar')).to.equal('VILI_STAGE_FAILED');
      await writeFile(join(layout.base, 'inventory-1.3'), 'notes', { mode: 0o644 });
      expect(await failureCode(layout, 'inventory-1.3')).to.equal('VILI_STAGE_FAILED');
    });
  });

  it('rejects links that lead out of base, and follows links that stay inside', async () => {
    await withTempFolder(async (outside) => {
      await withBase(async (layout) => {
        await writeFile(join(outside, 'secret.jar'), jarBytes());
        await symlink(join(outside, 'secret.jar'), join(layout.base, 'inventory-1.0.jar'));
        expect(await failureCode(layout, 'inventory-1.0.jar')).to.equal('VILI_OUTSIDE_BASE');
        await writeFile(join(layout.base, 'inventory-1.1.jar'), jarBytes());
        await symlink(outside, join(layout.base, 'inventory-1.1'));
        const error = await failureOf(stageVersion(layout, serverFile('inventory-1.1.jar')));
        expect(error).to.have.property('code', 'VILI_OUTSIDE_BASE');
        expect(await readdir(outside)).to.deep.equal(['secret.jar']);
        await symlink('inventory-1.1.jar', join(layout.base, 'inventory-1.2.jar'));
        await stageVersion(layout, serverFile('inventory-1.2.jar'));
        const copy = join(layout.base, 'inventory-1.2', 'inventory-1.2.jar');
        expect(await readFile(copy)).to.deep.equal(jarBytes());
      });
    });
  });

  it('replaces a copy that is a link instead of writing through it', async () => {
    await withTempFolder(async (outside) => {
      await withBase(async (layout) => {
        const file = serverFile('inventory-1.0.jar');
        await writeFile(layout.serverFile(file), jarBytes());
        await writeFile(join(outside, 'victim'), 'untouched');
        await mkdir(layout.versionFolder(file.name));
        await symlink(join(outside, 'victim'), layout.serverCopy(file));
        await stageVersion(layout, file);
        expect(await readFile(join(outside, 'victim'), 'utf8')).to.equal('untouched');
        expect(await readFile(layout.serverCopy(file))).to.deep.equal(jarBytes());
      });
    });
  });
});

describe('a deleted copy', () => {
  it('is restored from the same build, and left alone while it exists', async () => {
    await withBase(async (layout) => {
      const file = serverFile('inventory-1.0.jar');
      await writeFile(layout.serverFile(file), jarBytes());
      const { fingerprint, folder } = await stageVersion(layout, file);
      const release = { ...file, fingerprint };
      await rm(folder, { recursive: true });
      await restageMissing(layout, release);
      expect(await fingerprintOf(layout.serverCopy(file))).to.equal(fingerprint);
      await rm(layout.serverFile(file));
      await restageMissing(layout, release);
      await rm(folder, { recursive: true });
      const error = await failureOf(restageMissing(layout, release));
      expect(error).to.have.property('code', 'VILI_SERVER_FILE_GONE');
    });
  });
});

describe('the server files of a base', () => {
  it('begin with the newest complete one, not with one that is still arriving', async () => {
    await withBase(async ({ base }) => {
      const options = { base, identifier: 'inventory', stableMs: 20, pollMs: 5 };
      expect(await newestSettled(options)).to.equal(null);
      await writeFile(join(base, 'inventory-1.0.jar'), jarBytes());
      await writeFile(join(base, 'inventory-1.1.jar'), jarBytes());
      await writeFile(join(base, 'inventory-1.2.jar'), jarBytes().subarray(0, -5));
      await writeFile(join(base, 'inventory-1.3.mjs'), '');
      const newest = await newestSettled(options);
      expect(newest?.fileName).to.equal('inventory-1.1.jar');
    });
  });

  it('are listed by version, without outward links, folders and other files', async () => {
    await withBase(async ({ base }) => {
      for (const name of [
        'inventory-1.10.jar',
        'inventory-1.9.jar',
        'inventory-1.9-SNAPSHOT.jar',
        'inventory-agent-2.jar',
        'notes.txt',
      ]) {
        await writeFile(join(base, name), jarBytes());
      }
      await symlink('inventory-1.10.jar', join(base, 'inventory.jar'));
      await symlink('/etc/passwd', join(base, 'inventory-3.0.jar'));
      await symlink('nowhere', join(base, 'inventory-4.0.jar'));
      await mkdir(join(base, 'inventory-5.0.jar'));
      await mkdir(join(base, 'inventory-1.9'));
      const names = (await listServerFiles(base, 'inventory')).map((file) => file.fileName);
      expect(names).to.deep.equal([
        'inventory-1.9-SNAPSHOT.jar',
        'inventory-1.9.jar',
        'inventory-1.10.jar',
      ]);
      await rm(base, { recursive: true });
      const error = await failureOf(listServerFiles(base, 'inventory'));
      expect(error).to.have.property('code', 'VILI_BASE_UNREADABLE');
      await mkdir(base);
    });
  });
});
