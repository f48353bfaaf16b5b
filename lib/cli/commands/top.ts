import { EXIT } from '../../errors.ts';
import { type CommandContext, type Declare, LOOKING } from '../command.ts';
import { drawing } from '../live/drawing.ts';
import { READ_MS, readingsOf } from '../live/readings.ts';
import { watch } from '../live/watch.ts';
import { endKey } from '../terminal/keys.ts';
import { topLine, topText, type TopView } from '../text/overview/top.ts';

export const top: Declare = (program, run) =>
  program
    .command('top')
    .helpGroup(LOOKING)
    .description('status, traffic, both versions and actors as they are now; q or ^C ends')
    .addHelpText('after', '\nExample: vili top')
    .action(run(watchTop));

// Private

/** Over restarts of the daemon; throws `VILI_DAEMON_UNREACHABLE` once it is gone for good. */
async function watchTop(context: CommandContext): Promise<number> {
  const { client, io, printer } = context;
  const line = (view: TopView): void => printer.data([topLine(view)]);
  const draw = drawing(context, topText, line);
  const look = async (): Promise<null> => {
    const nowMs = io.now();
    const since = new Date(nowMs - READ_MS).toISOString();
    const [status, series, actors] = await Promise.all([
      client.status(),
      client.series({ window: '15m', since }),
      client.tree(),
    ]);
    const at = new Date(nowMs).toISOString();
    draw({ schema: 'vili.top/1', at, status, readings: readingsOf(series), actors });
    return null;
  };
  const key = endKey(io);
  try {
    const ended = AbortSignal.any([io.signal, printer.gone, key.signal]);
    await watch(context, look, () => {}, ended);
  } finally {
    key.close();
  }
  return io.signal.aborted ? EXIT.interrupted : EXIT.ok;
}
