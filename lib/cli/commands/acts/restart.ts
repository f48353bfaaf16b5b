import { Argument } from 'commander';
import { ConflictError } from '../../../errors.ts';
import { restartEffect } from '../../../operator/views/effects.ts';
import { actWhenConfirmed } from '../../act.ts';
import { ACTING, type Declare } from '../../command.ts';

export const restart: Declare = (program, run) =>
  program
    .command('restart')
    .addArgument(new Argument('<role>', 'whose process').choices(['running', 'testing']))
    .helpGroup(ACTING)
    .description('a fresh process of the running version, or of the one under test')
    .option('--reason <text>', 'kept in the history')
    .addHelpText(
      'after',
      "\nUsers' requests wait meanwhile, at most hold.max.\n\n" +
        'Example: vili restart running --yes && vili wait --for ready',
    )
    .action(
      run(async (context, role: 'running' | 'testing', { reason }: { reason?: string }) => {
        const { io, client } = context;
        const servlet = (await client.status())[role];
        if (servlet === null) throw new ConflictError(`nothing is ${role}, so nothing to restart`);
        return actWhenConfirmed(context, restartEffect(role, servlet.version), () =>
          client.restart({ role, reason, by: io.user }),
        );
      }),
    );
