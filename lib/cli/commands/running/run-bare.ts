import { type Declare, RUNNING } from '../../command.ts';
import { type SettingFlags, settingsOf, withSettings } from '../../flags.ts';

/** What it prints is the service's own; the messages of Vili go to standard error. */
export const runBare: Declare = (program, run) =>
  withSettings(program.command('run-bare'))
    .helpGroup(RUNNING)
    .description("serve the running version on the users' port, when Vili cannot start")
    .action(
      run(({ actions, base }, flags: SettingFlags) =>
        actions.runBare({ base, settings: settingsOf(flags) }),
      ),
    );
