import { type Declare, RUNNING } from '../../command.ts';
import { type SettingFlags, settingsOf, withSettings } from '../../flags.ts';

type Flags = SettingFlags & { readonly test?: boolean };

export const notify: Declare = (program, run) =>
  withSettings(program.command('notify'))
    .helpGroup(RUNNING)
    .description('by what ways people are told what happens to versions')
    .option('--test', 'send a message by each of them, without the daemon')
    .action(
      run(({ actions, base, json, io }, { test = false, ...flags }: Flags) =>
        actions.notify({ base, json, test, by: io.user, settings: settingsOf(flags) }),
      ),
    );
