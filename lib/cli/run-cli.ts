import { type Command, CommanderError } from 'commander';
import { codeOf, EXIT, messageOf, ViliError } from '../errors.ts';
import { buildProgram, unknownCommand } from './program.ts';
import type { CliActions, CliIo } from './terminal/io.ts';
import { Printer } from './terminal/printer.ts';
import { printable } from './text/printable.ts';

/** Commands whose `--version` says which version is meant, not that Vili's own is asked for. */
const NAMES_VERSION = new Set(['wait']);
const HELP_OR_VERSION = new Set(['-h', '--help', '-V', '--version']);

/**
 * Runs one command line (without `node` and script) and returns the exit code. Never throws: an
 * error is one line on standard error, with its stack only when VILI_DEBUG is set.
 */
export async function runCli(
  argv: readonly string[],
  actions: CliActions,
  io: CliIo,
): Promise<number> {
  const printer = new Printer(io);
  let exitCode: number = EXIT.ok;
  try {
    const namesVersion = NAMES_VERSION.has(firstWord(argv) ?? '');
    const program = buildProgram(actions, io, printer, (code) => (exitCode = code), namesVersion);
    const words = hasCommand(program, argv) ? argv : ['start', ...argv];
    const unknown = unknownCommand(program, words);
    if (unknown !== null) throw unknown;
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    return failureCode(error, io, printer);
  } finally {
    await printer.close();
  }
}

// Private

/** The command, where options may come first; of these only `--base` takes a word. */
function firstWord(argv: readonly string[]): string | undefined {
  return argv.find((word, at) => !word.startsWith('-') && argv[at - 1] !== '--base');
}

/** Bare `vili`, with or without options, is `vili start`: the original way to start it. */
function hasCommand(program: Command, argv: readonly string[]): boolean {
  if (argv.some((argument) => HELP_OR_VERSION.has(argument))) return true;
  return program.parseOptions([...argv]).operands.length > 0;
}

function failureCode(error: unknown, io: CliIo, printer: Printer): number {
  // Commander has printed its help or its error message already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const exitCode = error instanceof ViliError ? error.exitCode : EXIT.internal;
  if (io.signal.aborted || exitCode === EXIT.interrupted) return EXIT.interrupted;
  const kind = error instanceof ViliError ? '' : 'internal error: ';
  // Problems of the settings are a page of their own, with a heading.
  const prefix = codeOf(error) === 'VILI_CONFIG' ? '' : `vili: ${kind}`;
  for (const line of messageOf(error).split('\n')) printer.talk(`${prefix}${printable(line)}`);
  if (io.env['VILI_DEBUG'] !== undefined && error instanceof Error) {
    printer.talk(printable(error.stack ?? ''));
  }
  return exitCode;
}
