import { EXIT, UsageError } from '../../errors.ts';
import {
  type EventGap,
  type EventView,
  eventOf,
  eventsAfter,
  timeOfEvent,
} from '../../operator/views/event-view.ts';
import { type CommandContext, type Declare, LOOKING } from '../command.ts';
import { countOf } from '../flags.ts';
import { askOrRead } from '../from-files.ts';
import { followEvents } from '../live/follow-events.ts';
import { eventLines } from '../text/history.ts';

const DEFAULT_LIMIT = 20;
/** Of the history, when what followed one event is asked for. */
const MOST = 10_000;

interface EventFlags {
  readonly follow?: boolean;
  readonly limit?: number;
  readonly after?: string;
}

export const events: Declare = (program, run) =>
  program
    .command('events')
    .helpGroup(LOOKING)
    .description('what happens, one line each, as it happens with -f')
    .option('-f, --follow', 'go on with new events, over restarts of the daemon')
    .option('--limit <count>', `newest events, at most (default: ${DEFAULT_LIMIT})`, countOf)
    .option('--after <id>', 'only what followed the event with this id (--json shows ids)', idOf)
    .addHelpText('after', '\nExample: vili events -f --json | jq -r .version')
    .action(run(showEvents));

// Private

async function showEvents(
  context: CommandContext,
  { follow = false, after, limit }: EventFlags,
): Promise<number> {
  const { printer, io, json } = context;
  const print = (event: EventView | EventGap): void => {
    if ('gapAfter' in event) printer.talk(`nobody knows any more what followed ${event.gapAfter}`);
    else if (json) printer.jsonLine(event);
    else printer.data(eventLines(event, context.text));
  };
  if (follow) {
    const from = { after, limit: limit ?? DEFAULT_LIMIT };
    await followEvents(context, from, print, AbortSignal.any([io.signal, printer.gone]));
    return io.signal.aborted ? EXIT.interrupted : EXIT.ok;
  }
  const wanted = after === undefined ? (limit ?? DEFAULT_LIMIT) : MOST;
  const entries = await askOrRead(context, ({ client }) => client.history({ limit: wanted }));
  const all = entries.map(eventOf);
  if (after === undefined) for (const event of all) print(event);
  else {
    const { events: later, isWhole } = eventsAfter(all, after);
    if (!isWhole) print({ gapAfter: after });
    for (const event of later.slice(-(limit ?? MOST))) print(event);
  }
  return EXIT.ok;
}

function idOf(text: string): string {
  if (timeOfEvent(text) !== null) return text;
  throw new UsageError(`"${text}" is not the id of an event; vili events --json shows ids`);
}
