import { EXIT } from '../../../errors.ts';
import { actWhenConfirmed } from '../../act.ts';
import { ACTING, type Declare, show } from '../../command.ts';
import type { TextOptions } from '../../text/colors.ts';
import { printable } from '../../text/printable.ts';
import { wrapWords } from '../../text/table.ts';

interface Options {
  readonly reason?: string;
  readonly dryRun?: boolean;
}

export const rollback: Declare = (program, run) =>
  program
    .command('rollback [version]')
    .helpGroup(ACTING)
    .description('take users back to the previous version, or to an archived one')
    .option('--reason <text>', 'kept in the history')
    .option('--dry-run', 'print the steps and do nothing')
    .action(
      run(async (context, given: string | undefined, { reason, dryRun = false }: Options) => {
        const { io, client, printer, yes, text } = context;
        const request = { reason, by: io.user };
        const plan = await client.rollback({ ...request, version: given, dryRun: true });
        if (dryRun) {
          show(context, plan, () => stepLines(plan.effect, plan.steps, text));
          return EXIT.ok;
        }
        if (!yes) for (const line of stepLines(plan.effect, plan.steps, text)) printer.talk(line);
        // The version is sent along: another one may become previous while the question waits.
        const { version } = plan;
        return actWhenConfirmed(context, `Now ${plan.effect}.`, () =>
          client.rollback({ ...request, version }),
        );
      }),
    );

// Private

function stepLines(
  effect: string,
  steps: readonly string[] | undefined,
  { columns }: TextOptions,
): readonly string[] {
  const numbered = (steps ?? []).map((step, at) => `${at + 1}. ${printable(step)}`);
  return [`${printable(effect)}:`, ...numbered].flatMap((line) => wrapWords(line, columns, '   '));
}
