import { mkdir, readdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ArchiveOptions } from '../../../../lib/archive/archive-version.ts';
import { archiveInChild } from '../../../../lib/archive/process/archive-in-child.ts';
import { type Layout, layoutOf } from '../../../../lib/base/names/layout.ts';
import { codeOf, messageOf } from '../../../../lib/errors.ts';
import { childrenNamed } from '../../../support/child-processes.ts';
import { eventually } from '../../../support/eventually.ts';
import { failureOf } from '../../../support/failure.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

const NAME = 'app-1.0.0';
const never = new AbortController().signal;
const LARGE_BYTES = 2 * 1024 ** 3;

interface Scene {
  readonly layout: Layout;
  readonly folder: string;
  readonly archive: (changes?: Partial<ArchiveOptions>) => ReturnType<typeof archiveInChild>;
}

async function withVersion(use: (scene: Scene) => Promise<void>): Promise<void> {
  await withTempFolder(async (base) => {
    const layout = layoutOf(base, 'app');
    const folder = layout.versionFolder(NAME);
    await mkdir(join(folder, '1_running'), { recursive: true });
    await writeFile(join(folder, 'app.mjs'), 'serve();\n');
    const options = { layout, name: NAME, mayDelete: async () => true, signal: never };
    await use({ layout, folder, archive: (changes) => archiveInChild({ ...options, ...changes }) });
    expect(archiving()).to.deep.equal([]);
  });
}

function archiving(): number[] {
  return childrenNamed(process.pid, 'vili: archive');
}

describe('archiving in a child process', () => {
  it('packs, asks twice whether it may delete, deletes the folder and ends', () =>
    withVersion(async ({ layout, archive }) => {
      const zip = layout.archiveZip(NAME);
      let asked = 0;
      const mayDelete = async (): Promise<boolean> => {
        asked += 1;
        return true;
      };
      expect(await archive({ mayDelete })).to.include({ kind: 'archived', zip, entries: 2 });
      expect(asked).to.equal(2);
      expect(await readdir(layout.base)).to.deep.equal(['archive']);
    }));

  it('keeps the folder when it may not be deleted, or when the question fails', () =>
    withVersion(async ({ folder, archive }) => {
      const outcome = await archive({ mayDelete: async () => false });
      expect(outcome).to.deep.equal({ kind: 'protected', reason: `${NAME} is in use` });
      const mayDelete = async (): Promise<boolean> => {
        throw new Error('nobody replies');
      };
      expect(messageOf(await failureOf(archive({ mayDelete })))).to.equal('nobody replies');
      expect(await readdir(folder)).to.have.members(['1_running', 'app.mjs']);
    }));

  it('reports the same errors as without a child process', () =>
    withVersion(async ({ layout, archive }) => {
      const failure = await failureOf(archive({ name: 'other-1.0.0' }));
      expect(codeOf(failure)).to.equal('VILI_ARCHIVE_FAILED');
      expect(messageOf(failure)).to.equal('other-1.0.0 is not a version of app');
      await symlink('elsewhere', layout.versionFolder('app-2.0.0'));
      expect(codeOf(await failureOf(archive({ name: 'app-2.0.0' })))).to.equal(
        'VILI_ARCHIVE_FAILED',
      );
    }));

  it('is killed with its signal, and leaves the folder intact and nothing half-written', () =>
    withVersion(async ({ layout, folder, archive }) => {
      await writeFile(join(folder, 'large'), '');
      await truncate(join(folder, 'large'), LARGE_BYTES);
      const stop = new AbortController();
      const archived = failureOf(archive({ signal: stop.signal }));
      await eventually('packing begins', async () => {
        const names = await readdir(layout.archiveFolder).catch((): string[] => []);
        return names.length > 0;
      });
      stop.abort(new Error('Vili stops'));
      expect(messageOf(await archived)).to.equal('Vili stops');
      expect(await readdir(folder)).to.have.length(3);
      expect(await readdir(layout.archiveFolder)).to.deep.equal([]);
    }));

  it('fails when the process ends before its work is done', () =>
    withVersion(async ({ folder, archive }) => {
      const mayDelete = async (): Promise<boolean> => {
        for (const pid of archiving()) process.kill(pid, 'SIGKILL');
        return true;
      };
      const failure = await failureOf(archive({ mayDelete }));
      expect(messageOf(failure)).to.equal(
        `cannot archive ${NAME}: its process has ended (SIGKILL)`,
      );
      expect(await readdir(folder)).to.have.length(2);
    }));
});
