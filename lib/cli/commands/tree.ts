import { EXIT } from '../../errors.ts';
import type { CommandContext } from '../command-context.ts';
import { treeText } from '../text/tree.ts';

/** `vili tree`: the actors of the daemon and what they are at. */
export async function treeCommand(context: CommandContext): Promise<number> {
  const root = await context.client.tree();
  if (context.json) context.printer.json(root);
  else context.printer.data(treeText(root, context.printer.colors));
  return EXIT.ok;
}
