import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { archiveVersion } from '../../../lib/archive/archive-version.ts';
import { restoreInChild } from '../../../lib/archive/process/restore-in-child.ts';
import {
  type RestoredVersion,
  restoreArchived,
  whyNoArchive,
} from '../../../lib/archive/restore-archived.ts';
import { fingerprintOf } from '../../../lib/base/arrival/fingerprint.ts';
import { type Layout, layoutOf } from '../../../lib/base/names/layout.ts';
import { codeOf, messageOf } from '../../../lib/errors.ts';
import { failureOf } from '../../support/failure.ts';
import { withTempFolder } from '../../support/temp-folder.ts';

const NAME = 'app-1.0.0';
const never = new AbortController().signal;

/** A base whose version 1.0.0 is archived, and gone as a folder. */
async function withArchive(use: (layout: Layout) => Promise<void>): Promise<void> {
  await withTempFolder(async (base) => {
    const layout = layoutOf(base, 'app');
    const folder = layout.versionFolder(NAME);
    await mkdir(join(folder, '1_running'), { recursive: true });
    await writeFile(join(folder, `${NAME}.mjs`), 'serve();\n', { mode: 0o750 });
    const mayDelete = (): Promise<boolean> => Promise.resolve(true);
    await archiveVersion({ layout, name: NAME, mayDelete, signal: never });
    await use(layout);
  });
}

function restore(layout: Layout, below: string | null = null): Promise<RestoredVersion> {
  return restoreArchived({ layout, name: NAME, below });
}

describe('A version that is restored from its archive', () => {
  it('has its folder back, also in a child process, and is known by its very build', () =>
    withArchive(async (layout) => {
      const { release, isUnpacked } = await restoreInChild(
        { layout, name: NAME, below: null },
        never,
      );
      const copy = join(layout.versionFolder(NAME), `${NAME}.mjs`);
      expect(isUnpacked).to.equal(true);
      expect(release).to.deep.equal({
        fileName: `${NAME}.mjs`,
        name: NAME,
        version: '1.0.0',
        extension: '.mjs',
        fingerprint: await fingerprintOf(copy),
      });
      expect((await stat(copy)).mode & 0o777).to.equal(0o750);
      expect(await readdir(layout.base)).to.have.members(['archive', NAME]);
    }));

  it('keeps a folder that is there, as after a kill of Vili', () =>
    withArchive(async (layout) => {
      await restore(layout);
      await writeFile(join(layout.versionFolder(NAME), 'note'), 'mine');
      expect(await restore(layout)).to.include({ isUnpacked: false });
      expect(await readFile(join(layout.versionFolder(NAME), 'note'), 'utf8')).to.equal('mine');
    }));

  it('removes what an earlier attempt left half-unpacked', () =>
    withArchive(async (layout) => {
      await mkdir(join(layout.base, `.${NAME}.0badcafe.vili-aside`, 'half'), { recursive: true });
      await restore(layout);
      expect(await readdir(layout.base)).to.have.members(['archive', NAME]);
    }));

  it('names the builds between it and the version that is left, and no others', () =>
    withArchive(async (layout) => {
      for (const version of ['0.9.0', '1.0.0', '1.1.0', '1.2.0', '2.0.0', '3.0.0']) {
        await writeFile(join(layout.base, `app-${version}.mjs`), version);
      }
      const { newer } = await restore(layout, 'app-2.0.0');
      const between = ['1.1.0', '1.2.0'].map((it) => join(layout.base, `app-${it}.mjs`));
      expect(newer).to.have.members(await Promise.all(between.map(fingerprintOf)));
    }));

  it('is not restored at all when the zip is damaged, lacks the server file or is gone', () =>
    withArchive(async (layout) => {
      const zip = layout.archiveZip(NAME);
      const whole = await readFile(zip);
      const damaged = Buffer.from(whole);
      const at = damaged.indexOf(`${NAME}.mjs`) + `${NAME}.mjs`.length + 2;
      damaged[at] = (damaged[at] ?? 0) ^ 0xff;
      const other = whole.toString('latin1').replaceAll(`${NAME}.mjs`, `${NAME}.txt`);
      for (const content of [damaged, Buffer.from(other, 'latin1'), Buffer.from('no zip'), '']) {
        await writeFile(zip, content);
        const failure = await failureOf(restoreInChild({ layout, name: NAME, below: null }, never));
        expect(codeOf(failure), messageOf(failure)).to.match(/^VILI_ARCHIVE_/);
        if (content === damaged) expect(messageOf(failure)).to.contain(zip);
        expect(await readdir(layout.base)).to.deep.equal(['archive']);
      }
      await rm(zip);
      expect(messageOf(await failureOf(restore(layout)))).to.equal(
        `there is no archive/${NAME}.zip`,
      );
    }));

  it('is a version of this service', () =>
    withArchive(async (layout) => {
      const job = { layout, name: '../etc', below: null };
      expect(messageOf(await failureOf(restoreArchived(job)))).to.contain(
        'is not a version of app',
      );
    }));

  it('ends with its signal', () =>
    withArchive(async (layout) => {
      const leaving = new AbortController();
      const work = failureOf(restoreInChild({ layout, name: NAME, below: null }, leaving.signal));
      leaving.abort(new Error('Vili stops'));
      expect(messageOf(await work)).to.equal('Vili stops');
    }));

  it('has no archive for a reason that is said before anything begins', () =>
    withArchive(async (layout) => {
      expect(await whyNoArchive(layout, NAME)).to.equal(null);
      expect(await whyNoArchive(layout, 'app-9')).to.match(/^there is no archive\/app-9\.zip/);
      await writeFile(layout.archiveZip('app-9'), '');
      expect(await whyNoArchive(layout, 'app-9')).to.equal('archive/app-9.zip is empty');
      await mkdir(layout.archiveZip('app-8'));
      expect(await whyNoArchive(layout, 'app-8')).to.contain('not a regular file');
      await mkdir(layout.versionFolder('app-9'));
      expect(await whyNoArchive(layout, 'app-9')).to.equal(null);
    }));
});
