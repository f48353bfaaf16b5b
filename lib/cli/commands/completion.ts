import { Argument } from 'commander';
import { EXIT } from '../../errors.ts';
import { type Declare, RUNNING } from '../command.ts';
import { completionScript, SHELLS, type Shell } from '../completion/scripts.ts';
import { wordsOf } from '../completion/words.ts';

export const completion: Declare = (program, run) =>
  program
    .command('completion')
    .helpGroup(RUNNING)
    .description('a script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .action(
      run(async ({ printer }, shell: Shell) => {
        printer.data([completionScript(shell, wordsOf(program))]);
        return EXIT.ok;
      }),
    );
