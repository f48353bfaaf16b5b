import { join, resolve } from 'node:path';
import { type ControlClient, controlClient } from '../operator/client/client.ts';
import type { CliIo } from './terminal/io.ts';
import type { Printer } from './terminal/printer.ts';
import type { TextOptions } from './text/status.ts';

/** Options every command has. */
export interface CommonOptions {
  readonly base?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
}

/** What a command that asks the daemon needs. */
export interface CommandContext {
  readonly io: CliIo;
  readonly printer: Printer;
  readonly client: ControlClient;
  readonly json: boolean;
  readonly yes: boolean;
}

/** The folder Vili runs in: `--base`, else the current one. */
export function baseFolder(io: CliIo, options: CommonOptions): string {
  return resolve(io.workingFolder, options.base ?? '.');
}

/** A context that talks to the daemon of the base the options name. */
export function commandContext(
  io: CliIo,
  printer: Printer,
  options: CommonOptions,
): CommandContext {
  return {
    io,
    printer,
    client: controlClient(join(baseFolder(io, options), '.vili', 'vili.sock')),
    json: options.json ?? false,
    yes: options.yes ?? false,
  };
}

/** How text for people is laid out. */
export function textOptions({ io, printer }: CommandContext): TextOptions {
  return { columns: printer.columns, colors: printer.colors, nowMs: io.now() };
}
