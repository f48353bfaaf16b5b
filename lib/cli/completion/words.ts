import type { Command } from 'commander';

/** What can follow one command. */
export interface CommandWords {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionWords[];
  /** What its arguments may be, where they are one of a few words. */
  readonly choices: readonly string[];
}

export interface OptionWords {
  /** `--follow` */
  readonly long: string;
  /** `-f`, or null. */
  readonly short: string | null;
  readonly description: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

export interface ProgramWords {
  readonly commands: readonly CommandWords[];
  /** What every command takes. */
  readonly options: readonly OptionWords[];
}

/** The words of a command line, from its declarations. */
export function wordsOf(program: Command): ProgramWords {
  const commands = program.commands.map((command): CommandWords => {
    return {
      name: command.name(),
      description: command.description(),
      options: optionsOf(command),
      choices: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
    };
  });
  const help = { long: '--help', short: '-h', description: 'display help for command' };
  const options = [...optionsOf(program), { ...help, takesValue: false, choices: [] }];
  return { commands, options };
}

// Private

function optionsOf(command: Command): readonly OptionWords[] {
  return command.options.flatMap((option) => {
    const { long, short = null, description, required, optional, argChoices = [] } = option;
    if (long === undefined || long === null) return [];
    return [{ long, short, description, takesValue: required || optional, choices: argChoices }];
  });
}
