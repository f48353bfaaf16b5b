import { EXIT } from '../../errors.ts';
import { type CommandContext, textOptions } from '../command-context.ts';
import { historyText } from '../text/history.ts';

/** `vili history`: every version that came, and what became of it. */
export async function historyCommand(context: CommandContext, limit?: number): Promise<number> {
  const entries = await context.client.history(limit);
  if (context.json) context.printer.json(entries);
  else if (entries.length === 0) context.printer.talk('nothing has happened yet');
  else context.printer.data(historyText(entries, textOptions(context)));
  return EXIT.ok;
}
