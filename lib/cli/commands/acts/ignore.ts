import { EXIT } from '../../../errors.ts';
import type { IgnoreView } from '../../../operator/views/act-views.ts';
import { actWhenConfirmed } from '../../act.ts';
import { ACTING, type Declare, show } from '../../command.ts';
import { printable } from '../../text/printable.ts';

interface Options {
  readonly endpoint?: string;
  readonly reason?: string;
  readonly dryRun?: boolean;
}

export const ignore: Declare = (program, run) =>
  program
    .command('ignore <path>')
    .helpGroup(ACTING)
    .description('have what differs there ignored from now on, by a rule in the settings file')
    .option('--endpoint <name>', 'where, as `vili diff` names it; default: everywhere')
    .option('--reason <text>', 'kept in the file, and in the history')
    .option('--dry-run', 'print what would be written where, and do nothing')
    .action(
      run(async (context, path: string, { endpoint, reason, dryRun = false }: Options) => {
        const { io, client, printer, yes } = context;
        const request = { path, endpoint, reason, by: io.user };
        const plan = await client.ignore({ ...request, dryRun: true });
        if (dryRun) {
          show(context, plan, () => editLines(plan));
          return EXIT.ok;
        }
        if (!yes) for (const line of editLines(plan)) printer.talk(line);
        const effect = `${plan.file} gets this rule, and the evidence of a test under way begins anew.`;
        return actWhenConfirmed(context, effect, () => client.ignore(request));
      }),
    );

// Private

/** The line that goes and those that come, as a diff has them. */
function editLines({ file, line, before, after }: IgnoreView): readonly string[] {
  const gone = before === null ? [] : [`- ${printable(before)}`];
  const come = after.split('\n').map((text) => `+ ${printable(text)}`);
  return [`${printable(file)}, line ${line}:`, ...gone, ...come];
}
