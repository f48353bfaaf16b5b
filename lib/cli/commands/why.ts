import { EXIT } from '../../errors.ts';
import { type CommandContext, textOptions } from '../command-context.ts';
import { lastDecisionText, whyText } from '../text/why.ts';

/** `vili why [version]`: what the evidence says of the version under test, or why the last went. */
export async function whyCommand(context: CommandContext, version?: string): Promise<number> {
  const { client, printer } = context;
  const report = await client.report(version);
  if (context.json) printer.json(report);
  else if (report !== null) printer.data(whyText(report, textOptions(context)));
  else if (version !== undefined) printer.data(['nothing is known of that version']);
  else printer.data(lastDecisionText(await client.history(), textOptions(context)));
  return EXIT.ok;
}
