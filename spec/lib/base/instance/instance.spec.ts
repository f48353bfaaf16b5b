import {
  mkdir,
  readdir,
  readFile,
  readlink,
  realpath,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { stageVersion } from '../../../../lib/base/arrival/stage.ts';
import {
  createInstance,
  type Instance,
  InstanceFailed,
  type InstanceOptions,
  linkInstance,
} from '../../../../lib/base/instance/instance.ts';
import { readLink } from '../../../../lib/base/instance/links.ts';
import { type Layout, layoutOf } from '../../../../lib/base/names/layout.ts';
import { parseServerFile } from '../../../../lib/base/names/server-file.ts';
import type { Role } from '../../../../lib/model/role.ts';
import { failureOf } from '../../../support/failure.ts';
import { jarBytes } from '../../../support/jar-file.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

interface Staged {
  readonly layout: Layout;
  readonly versionFolder: string;
  readonly create: (role: Role, changes?: Partial<InstanceOptions>) => Promise<Instance>;
}

async function withStaged(use: (staged: Staged) => Promise<void>): Promise<void> {
  await withTempFolder(async (base) => {
    const layout = layoutOf(base, 'inventory');
    const file = parseServerFile('inventory', 'inventory-1.4.2.jar');
    if (file === undefined) throw new Error('no server file');
    await writeFile(layout.serverFile(file), jarBytes());
    await writeFile(
      join(base, 'local_override.properties'),
      'server.port=1\nname=\u00e6\n',
      'latin1',
    );
    const { folder } = await stageVersion(layout, file);
    const options = {
      propertiesFileName: 'local_override.properties',
      portIdentifier: 'server.port',
      port: 9401,
    };
    await use({
      layout,
      versionFolder: folder,
      create: (role, changes = {}) =>
        createInstance({ layout, file, role, ...options, ...changes }),
    });
  });
}

describe('an instance', () => {
  it('is a numbered folder with everything the servlet needs', async () => {
    await withStaged(async ({ layout, versionFolder, create }) => {
      await writeFile(join(layout.base, 'authorization.properties'), 'secret=1\n', { mode: 0o600 });
      const first = await create('testing');
      const second = await create('running');
      expect([first.id, second.id]).to.deep.equal([
        'inventory-1.4.2/1_test',
        'inventory-1.4.2/2_running',
      ]);
      expect([first.number, second.number]).to.deep.equal([1, 2]);
      expect((await readdir(second.folder)).sort()).to.deep.equal([
        'authorization.properties',
        'inventory.jar',
        'local_override.properties',
        'logs',
        'role',
      ]);
      expect(await readlink(second.serverFile)).to.equal('../inventory-1.4.2.jar');
      expect(await realpath(second.serverFile)).to.equal(
        join(versionFolder, 'inventory-1.4.2.jar'),
      );
      const properties = await readFile(join(second.folder, 'local_override.properties'), 'latin1');
      expect(properties).to.match(/vili\.test=false\nserver\.port=9401\nname=\u00e6\n$/);
      expect(await readFile(join(first.folder, 'local_override.properties'), 'latin1')).to.include(
        'vili.test=true\n',
      );
      expect((await stat(join(second.folder, 'authorization.properties'))).mode & 0o777).to.equal(
        0o600,
      );
      expect(second.jsonLog).to.equal(join(second.folder, 'logs/json/inventory.log'));
      expect((await stat(join(second.folder, 'logs/json'))).isDirectory()).to.equal(true);
      expect(await readLink(join(versionFolder, 'current'))).to.equal(second.folder);
      expect(await readLink(join(versionFolder, 'logs'))).to.equal(join(second.folder, 'logs'));
      for (const path of [second.stdOut, second.stdErr, second.pidFile]) {
        expect(path.startsWith(`${second.folder}/`)).to.equal(true);
      }
    });
  });

  it('continues from the highest number, beside the folders of the Go program', async () => {
    await withStaged(async ({ versionFolder, create }) => {
      for (const name of [
        '2026-11-22_08.52.58_running',
        '3_test',
        '9_running',
        '10_test',
        '77_other',
        '99',
      ]) {
        await mkdir(join(versionFolder, name));
      }
      expect((await create('running')).id).to.equal('inventory-1.4.2/11_running');
    });
  });

  it('gets its own number even when several are made at once', async () => {
    await withStaged(async ({ create }) => {
      const made = await Promise.all(
        ['running', 'testing', 'running', 'testing'].map((role) => create(role as Role)),
      );
      const folders = new Set(made.map((instance) => instance.folder));
      expect(folders.size).to.equal(4);
    });
  });

  it('has no properties file when none is configured, and fails when the configured one is missing', async () => {
    await withStaged(async ({ layout, versionFolder, create }) => {
      const plain = await create('running', { propertiesFileName: '' });
      expect((await readdir(plain.folder)).sort()).to.deep.equal(['inventory.jar', 'logs', 'role']);
      await rm(join(layout.base, 'local_override.properties'));
      const before = await readdir(versionFolder);
      const error = await failureOf(create('running'));
      expect(error)
        .to.be.instanceOf(InstanceFailed)
        .and.have.property('code', 'VILI_PROPERTIES_UNREADABLE');
      expect(error.message)
        .to.include('local_override.properties')
        .and.include('properties_file_name');
      await mkdir(join(layout.base, 'local_override.properties'));
      expect(await failureOf(create('running'))).to.have.property(
        'code',
        'VILI_PROPERTIES_UNREADABLE',
      );
      expect(await readdir(versionFolder)).to.deep.equal(before);
    });
  });

  it('leaves no partial folder when it cannot be made', async () => {
    await withStaged(async ({ versionFolder, create }) => {
      await mkdir(join(versionFolder, 'current'));
      const error = await failureOf(create('running'));
      expect(error).to.have.property('code', 'VILI_INSTANCE_FAILED');
      expect(error.message).to.include('inventory-1.4.2').and.include('current');
      expect((await readdir(versionFolder)).sort()).to.deep.equal([
        'current',
        'inventory-1.4.2.jar',
      ]);
      await rm(versionFolder, { recursive: true });
      expect(await failureOf(create('running'))).to.have.property('code', 'VILI_INSTANCE_FAILED');
    });
  });

  it('is the target of the links of its role', async () => {
    await withStaged(async ({ layout, versionFolder, create }) => {
      const test = await create('testing');
      await linkInstance(layout, 'testing', test);
      const running = await create('running');
      await linkInstance(layout, 'running', running);
      expect(await readLink(layout.roleLink('testing'))).to.equal(versionFolder);
      expect(await readLink(layout.logsLink('testing'))).to.equal(join(test.folder, 'logs'));
      expect(await readLink(layout.roleLink('running'))).to.equal(versionFolder);
      expect(await readLink(layout.logsLink('running'))).to.equal(join(running.folder, 'logs'));
    });
  });
});
