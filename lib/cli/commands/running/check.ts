import { type Declare, RUNNING } from '../../command.ts';
import { type SettingFlags, settingsOf, withSettings } from '../../flags.ts';

type Flags = SettingFlags & { readonly migrate?: boolean };

export const check: Declare = (program, run) =>
  withSettings(program.command('check'))
    .helpGroup(RUNNING)
    .description('check settings, base folder, ports, server file and log; start nothing')
    .option('--migrate', 'what becomes of a base of the Go program; changes nothing')
    .action(
      run(({ actions, base, json }, { migrate = false, ...flags }: Flags) =>
        actions.check({ base, json, migrate, settings: settingsOf(flags) }),
      ),
    );
