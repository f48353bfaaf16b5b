import { editDistance } from '../text/nearest.ts';

/** What people ask for by another name, and what that is here or instead. */
const ELSEWHERE: readonly (readonly [words: string, advice: string])[] = [
  ['run up serve server daemon boot launch', 'it is called `vili start` here'],
  ['down kill shutdown quit halt end exit', 'it is called `vili stop` here'],
  ['reboot respawn', 'it is called `vili restart running` here'],
  ['rehup refresh hup', 'it is called `vili reload` here'],
  [
    'deploy release install update push publish add',
    'put the server file into the base folder and Vili tests it by itself',
  ],
  ['revert undo back restore', 'it is called `vili rollback` here'],
  [
    'test try canary',
    'a new server file in the base is tested by itself; again with `vili retest`',
  ],
  ['approve golive go-live', 'it is called `vili promote` here'],
  ['cancel abort deny decline refuse', 'it is called `vili reject` here'],
  ['freeze hold', 'it is called `vili pause` here'],
  ['unpause continue', 'it is called `vili resume` here'],
  ['list ls ps versions releases info show state health', 'see `vili status` and `vili history`'],
  ['log tail journal', 'it is called `vili logs` here'],
  ['audit timeline', 'it is called `vili history` here'],
  ['explain reason reasons verdict', 'it is called `vili why` here'],
  ['compare differences samples', 'it is called `vili diff` here'],
  ['resend repeat', 'it is called `vili replay` here'],
  ['config settings validate lint doctor verify', 'it is called `vili check` here'],
  ['actors processes', 'it is called `vili tree` here'],
  ['new create setup', 'it is called `vili init` here'],
  ['ui web page browser', '`vili dashboard` opens the page'],
  ['metrics', '`vili status --json` has the figures, admin.listen serves /metrics'],
  ['watch', 'it is called `vili status -w` here'],
  ['await until block', 'it is called `vili wait` here'],
  ['event follow feed stream', 'it is called `vili events` here'],
  ['version', 'it is `vili --version`'],
];
const LEAST_PREFIX = 3;

/** What to say of a command that does not exist: what it is called here, or which one was mistyped. */
export function commandAdvice(word: string, commands: readonly string[]): string {
  const wanted = word.toLowerCase();
  const known = ELSEWHERE.find(([words]) => words.split(' ').includes(wanted));
  if (known !== undefined) return known[1];
  const meant = mistyped(wanted, commands).map((name) => `\`vili ${name}\``);
  return meant.length > 0 ? `did you mean ${meant.join(' or ')}?` : 'see `vili --help`';
}

/** The options that were mistyped, as a question; empty when none is near. */
export function optionAdvice(flag: string, options: readonly string[]): string {
  const meant = mistyped(flag.toLowerCase(), options);
  return meant.length > 0 ? `did you mean ${meant.join(' or ')}?` : '';
}

// Private

/** Begun with the same letters, else one slip away: further away lies another act. */
function mistyped(word: string, names: readonly string[]): readonly string[] {
  const begun = names.filter((name) => word.length >= LEAST_PREFIX && name.startsWith(word));
  return begun.length > 0 ? begun : names.filter((name) => editDistance(word, name) === 1);
}
