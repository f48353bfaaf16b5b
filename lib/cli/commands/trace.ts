import { EXIT, UsageError, ViliError } from '../../errors.ts';
import type { TraceRecord } from '../../model/trace-record.ts';
import { correlationMeant } from '../../operator/views/version-named.ts';
import { type CommandContext, type Declare, LOOKING, show } from '../command.ts';
import { countOf, durationOf } from '../flags.ts';
import { captureMessages } from '../live/capture.ts';
import { printable } from '../text/printable.ts';
import { mermaidText, traceLine } from '../text/trace.ts';

interface TraceFlags {
  readonly follow?: boolean;
  readonly mermaid?: boolean;
  readonly actor?: string;
  readonly id?: string;
  readonly all?: boolean;
  readonly limit?: number;
  readonly slow?: boolean;
  readonly capture?: string;
  readonly for?: number;
}

/** What shows something else than the records of the ring, and what it cannot be combined with. */
const ALONE = ['follow', 'mermaid', 'actor', 'id', 'all'] as const;

export const trace: Declare = (program, run) =>
  program
    .command('trace')
    .helpGroup(LOOKING)
    .description('messages between the actors of the daemon')
    .option('-f, --follow', 'go on with new messages as they are sent')
    .option('--all', 'batches and clock ticks, too')
    .option('--actor <path>', 'only to or from this actor and those below it')
    .option(
      '--id <correlation>',
      'only what belongs to this version (1.4.2), or other correlation id',
    )
    .option('--limit <count>', 'newest records, at most (default: 200)', countOf)
    .option('--mermaid', 'print a sequence diagram')
    .option('--slow', 'the latest messages that took longer than trace.slow')
    .option('--capture <actor>', 'what the messages to this actor hold, masked, from now on')
    .option('--for <duration>', 'how long to capture (default: 1m, at most 10m)', durationOf)
    .action(run(showTrace));

// Private

async function showTrace(
  context: CommandContext,
  { slow, capture, for: forMs, ...flags }: TraceFlags,
): Promise<number> {
  if (forMs !== undefined && capture === undefined) throw new UsageError('--for needs --capture');
  if (slow !== true && capture === undefined) return showRecords(context, flags);
  const other = ALONE.find((name) => flags[name] !== undefined);
  const word = slow === true ? 'slow' : 'capture';
  if (other !== undefined || (slow === true && capture !== undefined)) {
    throw new UsageError(`--${word} shows something else; leave out --${other ?? 'capture'}`);
  }
  const { limit } = flags;
  if (capture !== undefined) return captureMessages(context, { capture, for: forMs, limit });
  const records = (await context.client.slowTrace({})).slice(-(limit ?? Number.POSITIVE_INFINITY));
  if (records.length === 0) context.printer.talk('no message took longer than trace.slow');
  show(context, records, () => records.map((one) => traceLine(one, context.text.colors)));
  return EXIT.ok;
}

async function showRecords(
  context: CommandContext,
  { follow, mermaid, all, ...given }: TraceFlags,
): Promise<number> {
  const filter = { ...given, ...(all === true ? { all: '1' } : {}) };
  if (mermaid && (follow || context.json)) {
    throw new UsageError('--mermaid draws past messages; leave out --follow and --json');
  }
  if (follow) {
    const id = given.id === undefined ? {} : await idOf(context, given.id);
    return followTrace(context, { ...filter, ...id });
  }
  const records = await context.client.trace(filter);
  show(context, records, () =>
    mermaid && records.length > 0
      ? mermaidText(records)
      : records.map((one) => traceLine(one, context.text.colors)),
  );
  if (records.length > 0 || filter.id === undefined) return EXIT.ok;
  const { testing, running } = await context.client.status();
  const example = (testing ?? running)?.version;
  const hint = example === undefined ? '' : `; an id is a version, for example ${example}`;
  context.printer.talk(printable(`nothing is known of "${filter.id}"${hint}`));
  return EXIT.timedOut;
}

async function idOf({ client }: CommandContext, given: string): Promise<{ id: string }> {
  return { id: correlationMeant(await client.status(), given) };
}

/** Ends when the reader of the output goes away, with ^C, or with the daemon. */
async function followTrace(
  { client, printer, io, json }: CommandContext,
  filter: { actor?: string; id?: string; all?: string; limit?: number },
): Promise<number> {
  const print = (record: TraceRecord): void => {
    if (json) printer.jsonLine(record);
    else printer.data([traceLine(record, printer.colors)]);
  };
  await client.followTrace(filter, print, AbortSignal.any([io.signal, printer.gone]));
  if (io.signal.aborted) return EXIT.interrupted;
  if (printer.gone.aborted) return EXIT.ok;
  throw new ViliError('VILI_DAEMON_UNREACHABLE', 'the daemon ended the stream', {
    exitCode: EXIT.unreachable,
  });
}
