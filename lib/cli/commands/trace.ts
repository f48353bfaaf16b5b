import { EXIT, UsageError, ViliError } from '../../errors.ts';
import type { TraceFilter, TraceRecord } from '../../model/trace-record.ts';
import type { CommandContext } from '../command-context.ts';
import { mermaidText, traceLine } from '../text/trace.ts';

export interface TraceOptions extends TraceFilter {
  readonly follow: boolean;
  readonly mermaid: boolean;
}

/** `vili trace`: the messages between actors, as they were or, with `-f`, as they are sent. */
export async function traceCommand(
  context: CommandContext,
  { follow, mermaid, ...filter }: TraceOptions,
): Promise<number> {
  if (mermaid && (follow || context.json)) {
    throw new UsageError('--mermaid draws what was; leave out --follow and --json');
  }
  if (follow) return followTrace(context, filter);
  const { client, printer } = context;
  const records = await client.trace(filter);
  if (mermaid) printer.data(mermaidText(records));
  else if (context.json) printer.json(records);
  else for (const record of records) print(context, record);
  return EXIT.ok;
}

// Private

/** Ends with the reader of the output, with ^C, or with the daemon. */
async function followTrace(context: CommandContext, filter: TraceFilter): Promise<number> {
  const { client, printer, io } = context;
  const signal = AbortSignal.any([io.signal, printer.gone]);
  await client.followTrace(filter, (record) => print(context, record), signal);
  if (io.signal.aborted) return EXIT.interrupted;
  if (printer.gone.aborted) return EXIT.ok;
  throw new ViliError('VILI_DAEMON_UNREACHABLE', 'the daemon ended the stream', {
    exitCode: EXIT.unreachable,
  });
}

function print({ printer, json }: CommandContext, record: TraceRecord): void {
  if (json) printer.jsonLine(record);
  else printer.data([traceLine(record, printer.colors)]);
}
