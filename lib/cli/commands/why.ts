import { EXIT } from '../../errors.ts';
import { type CommandContext, type Declare, LOOKING } from '../command.ts';
import { askOrRead } from '../from-files.ts';
import { printable } from '../text/printable.ts';
import { probationLines } from '../text/probation/lines.ts';
import { outageLines, pauseLines, waitLines } from '../text/status.ts';
import { stepsLines } from '../text/probation/steps.ts';
import { lastDecisionText, lastEventText, nothingKnown, whyText } from '../text/why.ts';

export const why: Declare = (program, run) =>
  program
    .command('why [version]')
    .helpGroup(LOOKING)
    .description('what is wrong, how sure Vili is, which request to try')
    .action(run(explain));

// Private

async function explain(context: CommandContext, version: string | undefined): Promise<number> {
  const { printer, json, text } = context;
  const { report, history, status } = await askOrRead(context, async ({ client, origin }) => {
    const found = await client.report({ version });
    return {
      report: found,
      history: found === null ? await client.history() : [],
      status: origin === null ? await context.client.status() : null,
    };
  });
  if (!json && status) {
    printer.data([
      ...outageLines(status.outage, text),
      ...probationLines(status.probation, text),
      ...stepsLines(status.steps, text),
      ...pauseLines(status.paused, text),
      ...waitLines(status.waits, text),
    ]);
  }
  if (json) printer.json(report);
  else if (report !== null) printer.data(whyText(report, text));
  else if (version === undefined && !status?.steps) printer.data(lastDecisionText(history, text));
  if (report !== null || version === undefined) return EXIT.ok;
  const event = lastEventText(version, history, text);
  if (event !== null) {
    if (!json) printer.data(event);
    return EXIT.ok;
  }
  printer.talk(printable(nothingKnown(version, history)));
  return EXIT.timedOut;
}
