import { EXIT } from '../../errors.ts';
import { type Declare, LOOKING, show } from '../command.ts';
import { countOf } from '../flags.ts';
import { askOrRead } from '../from-files.ts';
import { historyText } from '../text/history.ts';

export const history: Declare = (program, run) =>
  program
    .command('history')
    .helpGroup(LOOKING)
    .description('every version and what became of it')
    .option('--limit <count>', 'newest entries, at most (default: 100)', countOf)
    .action(
      run(async (context, flags: { limit?: number }) => {
        const entries = await askOrRead(context, ({ client }) => client.history(flags));
        if (entries.length === 0) context.printer.talk('nothing has happened yet');
        show(context, entries, () => historyText(entries, context.text));
        return EXIT.ok;
      }),
    );
