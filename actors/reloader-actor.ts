import type { Reloaded, SettingChange } from '../config/reload.ts';
import type { Behaviour, Self } from '../lib/actor/index.ts';
import { messageOf } from '../lib/errors.ts';
import type { Journal } from '../lib/journal/journal.ts';
import type { ReloaderMessage, ReloadReply } from './messages.ts';

/** How often the settings files are looked at: two calls of `stat`. */
const LOOK_MS = 1000;
const BY_FILE = 'a settings file that changed';

export interface ReloaderDeps {
  readonly settings: {
    readonly haveFilesChanged: () => Promise<boolean>;
    /** Throws when the sources are wrong; then nothing has changed. */
    readonly reload: () => Pick<Reloaded, 'changes' | 'warnings'>;
  };
  /** Of the operating system: knows that Vili is busy with it. */
  readonly manager: { readonly reloading: () => void; readonly ready: () => void };
  readonly journal: Journal;
}

/** Has the settings read again when a file changed or somebody asks, and says what came of it. */
export function reloaderActor(deps: ReloaderDeps): Behaviour<ReloaderMessage, null> {
  const { settings } = deps;
  return {
    start(self) {
      self.every(LOOK_MS, { type: 'tick' });
      return null;
    },

    async handle(_, message, self) {
      if (message.type === 'reload') answer(self, message, reload(deps, message.by));
      else if (await settings.haveFilesChanged()) reload(deps, BY_FILE);
      return null;
    },
  };
}

// Private

function answer(
  self: Self<ReloaderMessage>,
  { reply }: Extract<ReloaderMessage, { type: 'reload' }>,
  result: ReloadReply,
): void {
  if (reply !== undefined) self.send(reply, result);
}

function reload({ settings, manager, journal }: ReloaderDeps, by: string): ReloadReply {
  manager.reloading();
  try {
    const { changes, warnings } = settings.reload();
    for (const warning of warnings) journal.warn(warning);
    journal.notice(`${by} had the settings read again: ${countText(changes.length)} changed`);
    for (const change of changes) journal[change.when === null ? 'warn' : 'notice'](textOf(change));
    return { changes };
  } catch (failed) {
    journal.error(`${by} had the settings read again: ${messageOf(failed)}`);
    return { failed };
  } finally {
    manager.ready();
  }
}

function countText(count: number): string {
  if (count === 0) return 'no setting has';
  return count === 1 ? '1 setting has' : `${count} settings have`;
}

function textOf({ key, from, to, when }: SettingChange): string {
  const change = `setting ${key}: ${valueText(from)} is now ${valueText(to)}`;
  return when === null ? `${change}, which needs a restart of Vili` : `${change}, ${WHEN[when]}`;
}

const WHEN: Readonly<Record<NonNullable<SettingChange['when']>, string>> = {
  'at once': 'from now on',
  'next test': 'from the next test on',
  'next promotion': 'from the next promotion on',
  'next process': 'for processes of the service started from now on',
};

function valueText(value: string): string {
  return value === '' ? 'nothing' : value;
}
