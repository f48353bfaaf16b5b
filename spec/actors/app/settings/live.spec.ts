import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { LiveSettings, ofLatest } from '../../../../actors/app/settings/live.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

const REQUIRED = 'port=8080\nidentifier=shop\n';

describe('The settings in effect', () => {
  it('are those read last, and those before when they are wrong', async () => {
    await withLive(async (live, write) => {
      const before = live.settings;
      await write('log_level=loud\n');
      expect(() => live.reload()).to.throw('"loud"');
      expect(live.settings).to.equal(before);
      await write('log_level=debug\nprot=1\n');
      expect(live.reload().changes.map(({ key }) => key)).to.deep.equal(['log.level']);
      expect(live.settings.log.level).to.equal('debug');
      expect(live.warnings.join()).to.contain('prot');
    });
  });

  it('are news while a file is another one than was read, right or wrong', async () => {
    await withLive(async (live, write) => {
      expect(await live.haveFilesChanged()).to.equal(false);
      await write('log_level=loud\n');
      await live.haveFilesChanged();
      expect(await live.haveFilesChanged()).to.equal(true);
      expect(() => live.reload()).to.throw('"loud"');
      expect(await live.haveFilesChanged()).to.equal(false);
    });
  });

  it('are made into something else once for each time they were read', async () => {
    await withLive(async (live, write) => {
      let made = 0;
      const level = ofLatest(live, ({ log }) => {
        made += 1;
        return log.level;
      });
      expect([level(), level(), made]).to.deep.equal(['info', 'info', 1]);
      await write('log_level=debug\n');
      live.reload();
      expect([level(), level(), made]).to.deep.equal(['debug', 'debug', 2]);
    });
  });
});

// Private

async function withLive(
  use: (live: LiveSettings, write: (env: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  await withTempFolder(async (base) => {
    const write = (env: string): Promise<void> => writeFile(join(base, '.env'), REQUIRED + env);
    await write('');
    await use(new LiveSettings({ base, flags: {}, environment: {} }), write);
  });
}
