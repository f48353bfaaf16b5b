import { EXIT } from '../../../errors.ts';
import type { ReloadResult } from '../../../operator/api/handlers.ts';
import { type Declare, RUNNING, show } from '../../command.ts';
import type { TextOptions } from '../../text/colors.ts';
import { printable } from '../../text/printable.ts';
import { alignRows } from '../../text/table.ts';

/** Does not ask: a changed file is read by itself within seconds, and a wrong one changes nothing. */
export const reload: Declare = (program, run) =>
  program
    .command('reload')
    .helpGroup(RUNNING)
    .description('read the settings again; says which keys need a restart')
    .action(
      run(async (context) => {
        const result = await context.client.reload({ by: context.io.user });
        show(context, result, () => linesOf(result, context.text));
        return EXIT.ok;
      }),
    );

// Private

/** One line for each key, and from when its new value counts. */
function linesOf({ changes }: ReloadResult, { colors }: TextOptions): string[] {
  if (changes.length === 0) return ['nothing new: the settings in effect are those of the sources'];
  const rows = changes.map(({ key, from, to, when }) => [
    printable(key),
    `${valueText(from)} → ${valueText(to)}`,
    when === null ? { text: 'needs a restart of Vili', style: colors.careful } : printable(when),
  ]);
  return alignRows(rows);
}

function valueText(value: string): string {
  return value === '' ? 'nothing' : printable(value);
}
