import { EXIT } from '../../errors.ts';
import { type CommandContext, textOptions } from '../command-context.ts';
import { statusText } from '../text/status.ts';

/** `vili status`: who serves, who is tested, how far the test is. */
export async function statusCommand(context: CommandContext): Promise<number> {
  const status = await context.client.status();
  if (context.json) context.printer.json(status);
  else context.printer.data(statusText(status, textOptions(context)));
  return EXIT.ok;
}
