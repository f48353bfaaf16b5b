import { Argument, Option } from 'commander';
import { EXIT, UsageError, ViliError } from '../../errors.ts';
import { LOG_LEVELS, type LogLevel, type ShownLine } from '../../model/logs/shown-line.ts';
import type { LogEvent, LogOwner, LogSourceView } from '../../operator/views/log-view.ts';
import { bytes } from '../../text/numbers.ts';
import { parseDuration } from '../../text/times.ts';
import { type CommandContext, type Declare, LOOKING } from '../command.ts';
import { countOf } from '../flags.ts';
import type { Colors, Style } from '../text/colors.ts';
import { printable } from '../text/printable.ts';

const OWNERS: readonly LogOwner[] = ['running', 'testing', 'vili'];
const MAX_STACK_LINES = 30;

interface LogFlags {
  readonly follow?: boolean;
  readonly level?: LogLevel;
  readonly since?: string;
  readonly limit?: number;
}

export const logs: Declare = (program, run) =>
  program
    .command('logs')
    .addArgument(new Argument('[owner]', 'whose (default: running)').choices(OWNERS))
    .helpGroup(LOOKING)
    .description('log lines of running (default), testing or vili, secrets masked')
    .option('-f, --follow', 'go on with new lines, of the next process too')
    .addOption(new Option('--level <level>', 'the least severe').choices(LOG_LEVELS))
    .option('--since <time>', 'such as 10m, or 2026-01-31T08:00:00Z')
    .option('--limit <count>', 'newest lines, at most (default: 100)', countOf)
    .addHelpText('after', '\nExample: vili logs testing -f --level warn')
    .action(run(showLogs));

// Private

async function showLogs(
  context: CommandContext,
  of: LogOwner = 'running',
  { follow = false, level, since, limit }: LogFlags,
): Promise<number> {
  const { client, json, printer, io } = context;
  const wanted = { of, level, since: sinceOf(since, io.now()), limit };
  if (follow) return followLogs(context, wanted);
  const view = await client.logs(wanted);
  if (json) printer.json(view);
  else {
    printer.talk(sourceText(view.source));
    for (const line of view.lines) printer.data(lineText(line, printer.colors));
    if (view.lines.length === 0) printer.talk('no such lines');
    if (!view.isWhole) printer.talk('only the end of the log was searched');
  }
  return EXIT.ok;
}

/** Ends when the reader of the output goes away, with ^C, or with the daemon. */
async function followLogs(
  { client, printer, io, json }: CommandContext,
  wanted: Parameters<CommandContext['client']['followLogs']>[0],
): Promise<number> {
  const print = (event: LogEvent): void => {
    if (json) printer.jsonLine(event);
    else if ('line' in event) printer.data(lineText(event.line, printer.colors));
    else if ('source' in event) printer.talk(sourceText(event.source));
    else if ('problem' in event) printer.talk(printable(event.problem));
    else printer.talk(`${bytes(event.skipped.bytes)} came too fast and are left out`);
  };
  await client.followLogs(wanted, print, AbortSignal.any([io.signal, printer.gone]));
  if (io.signal.aborted) return EXIT.interrupted;
  if (printer.gone.aborted) return EXIT.ok;
  throw new ViliError('VILI_DAEMON_UNREACHABLE', 'the daemon ended the stream', {
    exitCode: EXIT.unreachable,
  });
}

function sourceText({ version, instance, files }: LogSourceView): string {
  const who = version === null ? 'vili' : `${version} ${instance}`;
  return printable(`--- ${who}: ${files.join(', ')}`);
}

/** A JSON line as time, level and message, its stack trace below; any other as it is. */
function lineText({ at, level, text, message, stack }: ShownLine, colors: Colors): string[] {
  const style = styleOf(level, colors);
  if (message === null) return [style(printable(text))];
  const head = `${at ?? '-'.padEnd(24)}  ${level.toUpperCase().padEnd(7)}  ${printable(message)}`;
  const frames = stack === null ? [] : stack.split('\n').slice(0, MAX_STACK_LINES);
  return [style(head), ...frames.map((frame) => `    ${printable(frame)}`)];
}

function styleOf(level: ShownLine['level'], colors: Colors): Style {
  if (level === 'error' || level === 'fatal') return colors.bad;
  if (level === 'warn') return colors.careful;
  return level === 'trace' || level === 'debug' ? colors.quiet : (text) => text;
}

/** As the API takes it. */
function sinceOf(text: string | undefined, nowMs: number): string | undefined {
  if (text === undefined) return undefined;
  const duration = parseDuration(text);
  const ms = duration === null ? Date.parse(text) : nowMs - duration;
  if (!Number.isNaN(ms) && Math.abs(ms) < 8e15 && ms > 0) return new Date(ms).toISOString();
  throw new UsageError(`--since is "${text}", it must be such as 10m, or 2026-01-31T08:00:00Z`);
}
