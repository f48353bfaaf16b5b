import type { CommandWords, OptionWords, ProgramWords } from './words.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** Options whose value is a file or a folder. */
const FOLDERS = new Set(['--base']);
const FILES = new Set(['--token-file']);

/** A script for this shell that completes the command line. All words are of the program itself. */
export function completionScript(shell: Shell, words: ProgramWords): string {
  return { bash, zsh, fish }[shell](words);
}

// Private

function bash({ commands, options }: ProgramWords): string {
  const all = [...options, ...commands.flatMap((command) => command.options)];
  const valued = [...new Set(all.filter((it) => it.takesValue).flatMap(spellings))];
  const other = valued.filter((flag) => !FOLDERS.has(flag) && !FILES.has(flag));
  return `# Completion of vili for bash: source <(vili completion bash)
_vili() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} cmd= words= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      ${valued.join('|')}) ((i++)) ;;
      -*) ;;
      *) cmd=\${COMP_WORDS[i]}; break ;;
    esac
  done
  COMPREPLY=()
  case $cmd:$prev in
${commands.flatMap(valueCases).join('\n')}
    *:${[...FOLDERS].join('|*:')}) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
    *:${[...FILES].join('|*:')}) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    *:${other.join('|*:')}) return ;;
  esac
  case $cmd in
    '') words='${commands.map(({ name }) => name).join(' ')}' ;;
${commands.map(wordCase).join('\n')}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words ${options.flatMap(spellings).join(' ')}" -- "$cur")
}
complete -F _vili vili`;
}

function valueCases({ name, options }: CommandWords): string[] {
  return options
    .filter(({ choices }) => choices.length > 0)
    .map(
      (option) =>
        `    ${spellings(option)
          .map((flag) => `${name}:${flag}`)
          .join(
            '|',
          )}) mapfile -t COMPREPLY < <(compgen -W '${option.choices.join(' ')}' -- "$cur"); return ;;`,
    );
}

function wordCase({ name, options, choices }: CommandWords): string {
  return `    ${name}) words='${[...choices, ...options.flatMap(spellings)].join(' ')}' ;;`;
}

function zsh({ commands, options }: ProgramWords): string {
  const common = options.map(zshOption);
  const cases = commands.map(({ name, options: own, choices }) => {
    const specs = [...own.map(zshOption), ...common];
    const argument = choices.length === 0 ? '' : ` '1:what:(${choices.join(' ')})'`;
    return `    ${name}) _arguments -s ${specs.join(' ')}${argument} ;;`;
  });
  return `#compdef vili
# Completion of vili for zsh: source <(vili completion zsh), or as a file _vili in $fpath.
_vili() {
  local curcontext=$curcontext state line
  local -a commands
  commands=(
${commands.map(({ name, description }) => `    ${zshQuoted(`${name}:${description}`)}`).join('\n')}
  )
  _arguments -C ${common.join(' ')} '1: :->command' '*:: :->rest'
  case $state in
    command) _describe command commands ;;
    rest)
      case $words[1] in
${cases.map((line) => `    ${line}`).join('\n')}
      esac ;;
  esac
}
compdef _vili vili`;
}

function zshOption(option: OptionWords): string {
  const { long, description, takesValue, choices } = option;
  const action = FOLDERS.has(long) ? '_files -/' : FILES.has(long) ? '_files' : '';
  const values = choices.length > 0 ? `(${choices.join(' ')})` : action;
  const value = takesValue ? `:value:${values}` : '';
  const text = description.replaceAll(/[[\]:]/g, String.raw`\$&`);
  return spellings(option)
    .map((flag) => zshQuoted(`${flag}[${text}]${value}`))
    .join(' ');
}

function zshQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function fish({ commands, options }: ProgramWords): string {
  const lines = commands.flatMap(({ name, description, options: own, choices }) => [
    `complete -c vili -n __fish_use_subcommand -f -a ${name} -d ${fishQuoted(description)}`,
    ...own.map((option) => fishOption(option, `__fish_seen_subcommand_from ${name}`)),
    ...(choices.length === 0
      ? []
      : [`complete -c vili -n '__fish_seen_subcommand_from ${name}' -f -a '${choices.join(' ')}'`]),
  ]);
  return [
    '# Completion of vili for fish: vili completion fish | source',
    'complete -c vili -f',
    ...options.map((option) => fishOption(option, '')),
    ...lines,
  ].join('\n');
}

function fishOption({ long, short, description, takesValue, choices }: OptionWords, when: string) {
  return [
    'complete -c vili',
    when === '' ? '' : `-n '${when}'`,
    `-l ${long.slice(2)}`,
    short === null ? '' : `-s ${short.slice(1)}`,
    takesValue ? (FOLDERS.has(long) || FILES.has(long) ? '-r -F' : '-x') : '',
    choices.length === 0 ? '' : `-a '${choices.join(' ')}'`,
    `-d ${fishQuoted(description)}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function fishQuoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}

function spellings({ long, short }: OptionWords): readonly string[] {
  return short === null ? [long] : [short, long];
}
