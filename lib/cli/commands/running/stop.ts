import { EXIT } from '../../../errors.ts';
import { versionsIn } from '../../../operator/views/version-named.ts';
import { shortDuration } from '../../../text/times.ts';
import { actWhenConfirmed } from '../../act.ts';
import { type Declare, RUNNING } from '../../command.ts';
import { durationOf } from '../../flags.ts';

/** More than `drain.timeout` and `stop.timeout` usually take together. */
const DEFAULT_TIMEOUT_MS = 2 * 60_000;

interface Options {
  readonly reason?: string;
  readonly timeout?: number;
}

export const stop: Declare = (program, run) =>
  program
    .command('stop')
    .helpGroup(RUNNING)
    .description('end Vili and the service in order, and wait for the end')
    .option('--reason <text>', 'kept in the history')
    .option('--timeout <duration>', 'how long to wait for the end (default: 2m)', durationOf)
    .addHelpText('after', '\nExample: vili stop --yes --reason "new host" && vili start')
    .action(
      run(async (context, { reason, timeout = DEFAULT_TIMEOUT_MS }: Options) => {
        const { client, io, actions, printer } = context;
        const status = await client.status();
        const { pid } = status.vili;
        const effect = `Vili stops, and ${versionsIn(status).join(', ') || 'nothing else'} with it; users are served no longer.`;
        await actWhenConfirmed(context, effect, () => client.stop({ reason, by: io.user }));
        const limit = AbortSignal.any([io.signal, AbortSignal.timeout(timeout)]);
        if (await actions.untilEnded(pid, limit)) return EXIT.ok;
        if (io.signal.aborted) return EXIT.interrupted;
        printer.talk(
          `process ${pid} has not ended after ${shortDuration(timeout)}; it goes on ending`,
        );
        return EXIT.timedOut;
      }),
    );
