import { EXIT, UsageError, ViliError } from '../../errors.ts';
import type { TraceRecord } from '../../model/trace-record.ts';
import { type CommandContext, type Declare, LOOKING, show } from '../command.ts';
import { countOf } from '../flags.ts';
import { mermaidText, traceLine } from '../text/trace.ts';

interface TraceFlags {
  readonly follow?: boolean;
  readonly mermaid?: boolean;
  readonly actor?: string;
  readonly id?: string;
  readonly limit?: number;
}

export const trace: Declare = (program, run) =>
  program
    .command('trace')
    .helpGroup(LOOKING)
    .description('messages between the actors of the daemon')
    .option('-f, --follow', 'go on with new messages as they are sent')
    .option('--actor <path>', 'only to or from this actor and those below it')
    .option('--id <correlation>', 'only what belongs to this correlation id')
    .option('--limit <count>', 'newest records, at most (default: 200)', countOf)
    .option('--mermaid', 'print a sequence diagram')
    .action(run(showTrace));

// Private

async function showTrace(
  context: CommandContext,
  { follow, mermaid, ...filter }: TraceFlags,
): Promise<number> {
  if (mermaid && (follow || context.json)) {
    throw new UsageError('--mermaid draws past messages; leave out --follow and --json');
  }
  if (follow) return followTrace(context, filter);
  const records = await context.client.trace(filter);
  show(context, records, () =>
    mermaid ? mermaidText(records) : records.map((one) => traceLine(one, context.text.colors)),
  );
  return EXIT.ok;
}

/** Ends when the reader of the output goes away, with ^C, or with the daemon. */
async function followTrace(
  { client, printer, io, json }: CommandContext,
  filter: Omit<TraceFlags, 'follow'>,
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
