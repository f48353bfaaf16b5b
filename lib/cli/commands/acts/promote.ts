import { promotionEffect } from '../../../operator/views/effects.ts';
import { actWhenConfirmed, versionUnderTest } from '../../act.ts';
import { ACTING, type Declare } from '../../command.ts';

interface Options {
  readonly reason?: string;
  /** True without a value: those of the settings. */
  readonly steps?: string | true;
}

export const promote: Declare = (program, run) =>
  program
    .command('promote [version]')
    .helpGroup(ACTING)
    .description('let the version under test go live now, or in steps')
    .option('--reason <text>', 'kept in the history')
    .option(
      '--steps [steps]',
      'a growing share of the users first: "5% 2m, 25% 5m"; default: promotion.steps',
    )
    .action(
      run(async (context, given: string | undefined, { reason, steps }: Options) => {
        const { io, client } = context;
        const status = await client.status();
        // The version is sent along: another one may arrive while the question waits.
        const version = await versionUnderTest(client, status, given, 'promote');
        const wanted = steps === true ? 'default' : steps;
        return actWhenConfirmed(context, promotionEffect(status, version, wanted), () =>
          client.promote({ version, reason, by: io.user, steps: wanted }),
        );
      }),
    );
