import { type Declare, RUNNING } from '../../command.ts';
import { type SettingFlags, settingsOf, withSettings } from '../../flags.ts';

export const check: Declare = (program, run) =>
  withSettings(program.command('check'))
    .helpGroup(RUNNING)
    .description('check settings, base folder, ports, server file and log; start nothing')
    .action(
      run(({ actions, base, json }, flags: SettingFlags) =>
        actions.check({ base, json, settings: settingsOf(flags) }),
      ),
    );
