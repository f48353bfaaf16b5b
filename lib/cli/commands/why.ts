import { EXIT } from '../../errors.ts';
import { type Declare, LOOKING } from '../command.ts';
import { lastDecisionText, whyText } from '../text/why.ts';

export const why: Declare = (program, run) =>
  program
    .command('why [version]')
    .helpGroup(LOOKING)
    .description('what is wrong, how sure Vili is, which request to try')
    .action(
      run(async ({ client, printer, json, text }, version: string | undefined) => {
        const report = await client.report({ version });
        if (json) printer.json(report);
        else if (report !== null) printer.data(whyText(report, text));
        else if (version !== undefined) printer.data(['nothing is known of that version']);
        else printer.data(lastDecisionText(await client.history(), text));
        return EXIT.ok;
      }),
    );
