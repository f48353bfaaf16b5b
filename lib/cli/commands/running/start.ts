import { type Declare, RUNNING } from '../../command.ts';
import { type SettingFlags, settingsOf, withSettings } from '../../flags.ts';

export const start: Declare = (program, run) =>
  withSettings(program.command('start'))
    .helpGroup(RUNNING)
    .description('run the service, test new versions, decide')
    .action(
      run(({ actions, base }, flags: SettingFlags) =>
        actions.start({ base, settings: settingsOf(flags) }),
      ),
    );
