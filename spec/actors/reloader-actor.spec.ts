import { expect } from 'chai';
import { reloaderActor } from '../../actors/reloader-actor.ts';
import type { ReloaderMessage, ReloadReply } from '../../actors/messages.ts';
import type { Reloaded, SettingChange } from '../../config/reload.ts';
import { asked, recordingJournal, withActor } from '../support/actor-kit.ts';
import { eventually } from '../support/eventually.ts';

const CHANGES: readonly SettingChange[] = [
  { key: 'host', from: '0.0.0.0', to: '127.0.0.1', when: null },
  { key: 'verdict.margin', from: '', to: '1%', when: 'next test' },
];

describe('The reloader', () => {
  it('replies with what changed, and logs who asked and each key', async () => {
    const { journal, settings, manager } = fixture();
    settings.reloaded = { changes: CHANGES, warnings: ['.env line 9: prot unknown key'] };
    await withActor<ReloaderMessage>(
      () => reloaderActor({ settings, manager, journal }),
      async (stage) => {
        const reply = await asked<ReloaderMessage, ReloadReply>(stage, (to) => ({
          type: 'reload',
          by: 'ann@host',
          reply: to,
        }));
        expect(reply).to.deep.equal({ changes: CHANGES });
        expect(journal.lines).to.deep.equal([
          'warn .env line 9: prot unknown key',
          'notice ann@host had the settings read again: 2 settings have changed',
          'warn setting host: 0.0.0.0 is now 127.0.0.1, which needs a restart of Vili',
          'notice setting verdict.margin: nothing is now 1%, from the next test on',
        ]);
      },
    );
  });

  it('replies with the error of settings that are wrong, logs it and goes on', async () => {
    const { journal, settings, manager } = fixture();
    const wrong = new Error('the settings stay as they are: .env line 1: port "x" is wrong');
    settings.error = wrong;
    await withActor<ReloaderMessage>(
      () => reloaderActor({ settings, manager, journal }),
      async (stage) => {
        const ask = () =>
          asked<ReloaderMessage, ReloadReply>(stage, (to) => ({
            type: 'reload',
            by: 'ann@host',
            reply: to,
          }));
        expect(await ask()).to.deep.equal({ failed: wrong });
        expect(journal.lines).to.deep.equal([
          `error ann@host had the settings read again: ${wrong.message}`,
        ]);
        expect(manager.told).to.deep.equal(['reloading', 'ready']);
        settings.error = null;
        expect(await ask()).to.deep.equal({ changes: [] });
        expect(stage.system.tree()[0]?.restarts).to.equal(0);
      },
    );
  });

  it('reads the settings again when a file has changed, and only then', async () => {
    const { journal, settings, manager } = fixture();
    await withActor<ReloaderMessage>(
      () => reloaderActor({ settings, manager, journal }),
      async ({ actor }) => {
        actor.tell({ type: 'tick' });
        await eventually('it has looked', () => settings.looks === 1);
        expect(settings.reloads).to.equal(0);
        settings.haveChanged = true;
        actor.tell({ type: 'tick' });
        await eventually('it has read', () => settings.reloads === 1);
        expect(journal.lines[0]).to.contain('a settings file that changed');
      },
    );
  });
});

// Private

function fixture() {
  const settings = {
    looks: 0,
    reloads: 0,
    haveChanged: false,
    error: null as Error | null,
    reloaded: { changes: [], warnings: [] } as Pick<Reloaded, 'changes' | 'warnings'>,
    haveFilesChanged(): Promise<boolean> {
      settings.looks += 1;
      return Promise.resolve(settings.haveChanged);
    },
    reload(): Pick<Reloaded, 'changes' | 'warnings'> {
      settings.reloads += 1;
      if (settings.error !== null) throw settings.error;
      return settings.reloaded;
    },
  };
  const told: string[] = [];
  const manager = {
    told,
    reloading: () => void told.push('reloading'),
    ready: () => void told.push('ready'),
  };
  return { journal: recordingJournal(), settings, manager };
}
