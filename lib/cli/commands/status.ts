import { EXIT } from '../../errors.ts';
import { type Declare, LOOKING, show } from '../command.ts';
import { statusText } from '../text/status.ts';

export const status: Declare = (program, run) =>
  program
    .command('status')
    .helpGroup(LOOKING)
    .description('what runs, what is tested, how far the test is')
    .action(
      run(async (context) => {
        const view = await context.client.status();
        show(context, view, () => statusText(view, context.text));
        return EXIT.ok;
      }),
    );
