import { versionNamed, versionsIn } from '../../../operator/views/version-named.ts';
import { actWhenConfirmed } from '../../act.ts';
import { ACTING, type Declare } from '../../command.ts';

export const accept: Declare = (program, run) =>
  program
    .command('accept <version> <path>')
    .helpGroup(ACTING)
    .description('accept once what holds a version back, as `vili why` names it')
    .option('--reason <text>', 'kept in the history')
    .action(
      run(async (context, given: string, path: string, { reason }: { reason?: string }) => {
        const { io, client } = context;
        const status = await client.status();
        const version = versionNamed(status.vili.identifier, given, versionsIn(status));
        const effect = `${path} no longer holds ${version} back, which may then go live by itself.`;
        return actWhenConfirmed(context, effect, () =>
          client.accept({ version, path, reason, by: io.user }),
        );
      }),
    );
