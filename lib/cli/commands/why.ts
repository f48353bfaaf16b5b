import { type CommandContext, textOptions } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { lastDecisionText, whyText } from '../why-text.ts';

/** `vili why`: what the evidence says of the version under test, else why the last one went. */
export async function whyCommand(context: CommandContext): Promise<number> {
  const { client, printer } = context;
  const verdict = await client.verdict();
  if (context.json) printer.json(verdict);
  else if (verdict !== null) printer.data(whyText(verdict, textOptions(context)));
  else printer.data(lastDecisionText(await client.history(), textOptions(context)));
  return EXIT.ok;
}
