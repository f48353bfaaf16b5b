import { EXIT } from '../../errors.ts';
import { type Declare, LOOKING, show } from '../command.ts';
import { treeText } from '../text/tree.ts';

export const tree: Declare = (program, run) =>
  program
    .command('tree')
    .helpGroup(LOOKING)
    .description('the actors of the daemon and their state')
    .action(
      run(async (context) => {
        const root = await context.client.tree();
        show(context, root, () => treeText(root, context.text.colors));
        return EXIT.ok;
      }),
    );
