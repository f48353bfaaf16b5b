import type { Command, Option } from 'commander';
import { EXIT } from '../../errors.ts';
import { roffBold, roffEntry, roffLiteral, roffText } from '../../text/roff.ts';

const EXIT_TEXTS: readonly (readonly [code: number, text: string])[] = [
  [EXIT.ok, 'Done; for start: ended by SIGTERM.'],
  [EXIT.internal, 'An internal error, or a start that cannot succeed.'],
  [EXIT.usage, 'Usage or configuration: nothing was done.'],
  [EXIT.rejected, 'The version was rejected or taken back; a replayed response differs.'],
  [EXIT.timedOut, 'The time is up, or there is not enough evidence.'],
  [EXIT.unreachable, 'No daemon responds.'],
  [EXIT.refused, 'Refused: not possible now, or not confirmed.'],
  [EXIT.interrupted, 'Interrupted.'],
];
const FILES: readonly (readonly [path: string, text: string])[] = [
  ['BASE/.env, BASE/vili.yaml', 'The settings, see vili.yaml(5).'],
  ['BASE/IDENTIFIER-VERSION.EXT', 'A server file: one version of the service.'],
  ['BASE/IDENTIFIER-VERSION.accept', 'Differences that this version is meant to have.'],
  ['BASE/archive/', 'Versions that served, zipped.'],
  [
    'BASE/.vili/',
    'The state, the history, the evidence, and the control socket, for the owner only.',
  ],
];
const VARIABLES: readonly (readonly [name: string, text: string])[] = [
  ['VILI_KEY', 'A setting, such as VILI_MIRROR_METHODS.'],
  ['NO_COLOR, FORCE_COLOR, TERM=dumb', 'Whether there are colours.'],
  ['VILI_DEBUG', 'An error comes with its stack.'],
];

/** A command with the help text that follows its options. */
export interface DocumentedCommand {
  readonly command: Command;
  /** Without the word `Example:`. */
  readonly example: string;
}

/** `vili(1)`, from the declarations of the command line. */
export function manPage(program: Command, commands: readonly DocumentedCommand[]): string {
  const groups = new Map<string, DocumentedCommand[]>();
  for (const one of commands) {
    const group = one.command.helpGroup() || 'Commands:';
    groups.set(group, [...(groups.get(group) ?? []), one]);
  }
  const [first = '', ...more] = program.description().split('\n');
  return `${[
    '.\\" Written by npm run docs from the declarations of the command line; do not edit.',
    '.TH VILI 1 "" "Vili" "User Commands"',
    '.SH NAME',
    `vili \\- ${roffText(first.replace(/\.$/, ''))}`,
    '.SH SYNOPSIS',
    `${roffBold('vili')} [options] [command]`,
    '.SH DESCRIPTION',
    roffText(first),
    ...more.map(roffText),
    'Options may precede or follow the command.',
    '.SH OPTIONS',
    ...program.options.flatMap(optionLines),
    '.SH COMMANDS',
    ...[...groups].flatMap(([title, members]) => [
      `.SS ${title.replace(/:$/, '')}`,
      ...members.flatMap(commandLines),
    ]),
    '.SH EXIT STATUS',
    ...EXIT_TEXTS.flatMap(([code, text]) => roffEntry(roffBold(String(code)), [roffText(text)])),
    '.SH ENVIRONMENT',
    ...VARIABLES.flatMap(([name, text]) => roffEntry(roffBold(name), [roffText(text)])),
    '.SH FILES',
    ...FILES.flatMap(([path, text]) => roffEntry(`\\fI${roffText(path)}\\fR`, [roffText(text)])),
    '.SH SEE ALSO',
    `${roffBold('vili.yaml')}(5)`,
  ].join('\n')}\n`;
}

// Private

function commandLines({ command, example }: DocumentedCommand): readonly string[] {
  const words = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  const head = [roffBold(command.name()), ...words.map((word) => roffText(word))].join(' ');
  const about = command.registeredArguments
    .filter(({ description }) => description !== '')
    .map((one) => `${one.name()}: ${one.description}`);
  const description = `${command.description()}${about.length === 0 ? '' : ` (${about.join('; ')})`}`;
  return [
    ...roffEntry(head, [roffText(`${description}.`)]),
    ...(command.options.length === 0
      ? []
      : ['.RS', ...command.options.flatMap(optionLines), '.RE']),
    ...(example === '' ? [] : ['.RS', ...roffLiteral(`Example: ${example}`.split('\n')), '.RE']),
  ];
}

function optionLines({ flags, description, argChoices = [] }: Option): readonly string[] {
  const choices = argChoices.length === 0 ? '' : ` (${argChoices.join(', ')})`;
  return roffEntry(roffBold(flags), [roffText(`${description}${choices}`)]);
}
