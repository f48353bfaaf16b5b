import { EXIT } from '../../errors.ts';
import type { StatusView } from '../../operator/views/status-view.ts';
import { type CommandContext, type Declare, LOOKING, show } from '../command.ts';
import { watch } from '../live/watch.ts';
import { Redraw } from '../terminal/redraw.ts';
import { statusLine, statusText } from '../text/status.ts';

export const status: Declare = (program, run) =>
  program
    .command('status')
    .helpGroup(LOOKING)
    .description('what runs, what is tested, how far the test is')
    .option('-w, --watch', 'again and again until ^C; in place on a terminal, else a line each')
    .addHelpText('after', '\nExample: vili status -w')
    .action(
      run(async (context, { watch: isWatched = false }: { watch?: boolean }) => {
        if (isWatched) return watchStatus(context);
        const view = await context.client.status();
        show(context, view, () => statusText(view, context.text));
        return EXIT.ok;
      }),
    );

// Private

/** Over restarts of the daemon; throws `VILI_DAEMON_UNREACHABLE` once it is gone for good. */
async function watchStatus(context: CommandContext): Promise<number> {
  const { client, io, printer } = context;
  const draw = drawing(context);
  const look = async (): Promise<null> => {
    draw(await client.status());
    return null;
  };
  await watch(context, look, () => {}, AbortSignal.any([io.signal, printer.gone]));
  return io.signal.aborted ? EXIT.interrupted : EXIT.ok;
}

function drawing({ json, printer, io, text }: CommandContext): (view: StatusView) => void {
  if (json) return (view) => printer.jsonLine(view);
  if (io.isTerminal.stdout && io.env['TERM'] !== 'dumb') {
    const redraw = new Redraw(io);
    return (view) => redraw.draw(statusText(view, { ...text, nowMs: io.now() }));
  }
  let last = '';
  return (view) => {
    const line = statusLine(view);
    if (line !== last) printer.data([`${new Date(io.now()).toISOString()}  ${line}`]);
    last = line;
  };
}
