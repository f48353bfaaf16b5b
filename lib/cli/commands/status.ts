import { EXIT, UsageError } from '../../errors.ts';
import type { StatusView } from '../../operator/views/status-view.ts';
import { type CommandContext, type Declare, LOOKING, show } from '../command.ts';
import { drawing } from '../live/drawing.ts';
import { eachService } from '../live/each-service.ts';
import { watch } from '../live/watch.ts';
import { servicesText } from '../text/overview/services.ts';
import { statusLine, statusText } from '../text/status.ts';

interface StatusFlags {
  readonly watch?: boolean;
  readonly all?: readonly string[] | true;
}

export const status: Declare = (program, run) =>
  program
    .command('status')
    .helpGroup(LOOKING)
    .description('what runs, what is tested, how far the test is')
    .option('-w, --watch', 'again and again until ^C; in place on a terminal, else a line each')
    .option('--all [folders...]', 'several services on this host, a line each')
    .addHelpText('after', '\nExample: vili status -w, vili status --all /srv/*')
    .action(
      run(async (context, { watch: isWatched = false, all }: StatusFlags) => {
        if (all !== undefined) return showAll(context, all === true ? [] : all, isWatched);
        if (isWatched) return watchStatus(context);
        const view = await context.client.status();
        show(context, view, () => statusText(view, context.text));
        return EXIT.ok;
      }),
    );

// Private

/** Exits with 5 when one of them should run, by its folder, and does not respond. */
async function showAll(
  context: CommandContext,
  folders: readonly string[],
  isWatched: boolean,
): Promise<number> {
  if (isWatched) throw new UsageError('--all shows once; for one service: vili status -w');
  if (context.isRemote) throw new UsageError('--all reads folders of this host, without --url');
  const services = await eachService(folders, context.io.workingFolder);
  const view = { schema: 'vili.services/1', services };
  show(context, view, () => servicesText(services, context.text));
  return services.some(({ problem }) => problem !== null) ? EXIT.unreachable : EXIT.ok;
}

/** Over restarts of the daemon; throws `VILI_DAEMON_UNREACHABLE` once it is gone for good. */
async function watchStatus(context: CommandContext): Promise<number> {
  const { client, io, printer } = context;
  const draw = drawing(context, statusText, changedLines(context));
  const look = async (): Promise<null> => {
    draw(await client.status());
    return null;
  };
  await watch(context, look, () => {}, AbortSignal.any([io.signal, printer.gone]));
  return io.signal.aborted ? EXIT.interrupted : EXIT.ok;
}

/** A line whenever another one is to be said. */
function changedLines({ printer, io }: CommandContext): (view: StatusView) => void {
  let last = '';
  return (view) => {
    const line = statusLine(view);
    if (line !== last) printer.data([`${new Date(io.now()).toISOString()}  ${line}`]);
    last = line;
  };
}
