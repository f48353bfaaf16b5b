import type { Command } from 'commander';
import type { ControlClient } from '../operator/client/client.ts';
import type { Remote } from '../operator/client/client-request.ts';
import type { CliActions, CliIo } from './terminal/io.ts';
import type { Printer } from './terminal/printer.ts';
import type { TextOptions } from './text/colors.ts';

/** Groups of commands in `vili --help`. */
export const RUNNING = 'Running:';
export const LOOKING = 'Looking:';
export const ACTING = 'Acting:';

/** What a command works with. */
export interface CommandContext {
  readonly actions: CliActions;
  readonly io: CliIo;
  readonly printer: Printer;
  /** The folder Vili runs in, absolute. */
  readonly base: string;
  /** Whether the daemon is one elsewhere, in place of that of the folder. */
  readonly isRemote: boolean;
  /** A client for the daemon. */
  readonly client: ControlClient;
  /** Where the daemon is: the path of its control socket, or one elsewhere. */
  readonly daemon: string | Remote;
  readonly json: boolean;
  readonly yes: boolean;
  /** How text for people is laid out. */
  readonly text: TextOptions;
}

/** Declares one command: name, help, options and action. */
export type Declare = (program: Command, run: Run) => void;

/** Wraps what a command does, which returns an exit code, as an action of commander. */
export type Run = <Given extends readonly unknown[]>(
  action: (context: CommandContext, ...given: Given) => Promise<number>,
) => (...given: Given) => Promise<void>;

/** Prints data as JSON with `--json`, else as text. */
export function show(
  { json, printer }: CommandContext,
  value: unknown,
  lines: () => readonly string[],
): void {
  if (json) printer.json(value);
  else printer.data(lines());
}
