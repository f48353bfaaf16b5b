import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { UsageError } from '../errors.ts';
import { controlClient } from '../operator/client/client.ts';
import { commandAdvice, optionAdvice } from './advice.ts';
import type { CommandContext, Declare, Run } from './command.ts';
import { accept } from './commands/acts/accept.ts';
import { ignore } from './commands/acts/ignore.ts';
import { dashboard } from './commands/dashboard.ts';
import { completion } from './commands/completion.ts';
import { check } from './commands/running/check.ts';
import { demo } from './commands/running/demo.ts';
import { diff } from './commands/diff.ts';
import { events } from './commands/events.ts';
import { fleet } from './commands/fleet.ts';
import { history } from './commands/history.ts';
import { notify } from './commands/running/notify.ts';
import { logs } from './commands/logs.ts';
import { pause, resume } from './commands/acts/pause.ts';
import { promote } from './commands/acts/promote.ts';
import { reject } from './commands/acts/reject.ts';
import { init } from './commands/running/init.ts';
import { reload } from './commands/running/reload.ts';
import { replay } from './commands/replay.ts';
import { restart } from './commands/acts/restart.ts';
import { retest } from './commands/acts/retest.ts';
import { start } from './commands/running/start.ts';
import { rollback } from './commands/acts/rollback.ts';
import { stop } from './commands/running/stop.ts';
import { status } from './commands/status.ts';
import { top } from './commands/top.ts';
import { trace } from './commands/trace.ts';
import { tree } from './commands/tree.ts';
import { wait } from './commands/wait.ts';
import { runBare } from './commands/running/run-bare.ts';
import { upgrade } from './commands/running/upgrade.ts';
import { why } from './commands/why.ts';
import { remoteActions, type RemoteOptions, remoteOf } from './remote.ts';
import { addExamples } from './examples.ts';
import type { CliActions, CliIo } from './terminal/io.ts';
import type { Printer } from './terminal/printer.ts';

/** In the order of `vili --help`. */
const COMMANDS: readonly Declare[] = [
  start,
  init,
  check,
  demo,
  reload,
  notify,
  stop,
  upgrade,
  runBare,
  completion,
  status,
  top,
  why,
  diff,
  history,
  events,
  wait,
  logs,
  dashboard,
  trace,
  tree,
  accept,
  ignore,
  promote,
  reject,
  replay,
  retest,
  rollback,
  restart,
  pause,
  resume,
  fleet,
];

interface CommonOptions extends RemoteOptions {
  readonly base?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
}

/**
 * The whole command line. `onEnd` receives the exit code of the command; errors are thrown,
 * commander's own as CommanderError. With `namesVersion` `--version` is an option of the command: which version it means.
 */
export function buildProgram(
  actions: CliActions,
  io: CliIo,
  printer: Printer,
  onEnd: (exitCode: number) => void,
  namesVersion = false,
): Command {
  const program = new Command('vili')
    .description(
      'Tries a new version of a server on real user traffic before any user sees it.\n' +
        'Without a command: start.',
    )
    .option('--base <folder>', 'folder Vili runs in (default: the current one)')
    .option('--url <url>', 'in place of --base: the daemon at this admin.listen')
    .option('--token-file <file>', 'holds the admin.token of that daemon')
    .option('--json', 'print data as JSON')
    .option('--yes', 'do not ask before an act')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => printer.data([text.replace(/\n$/, '')]),
      writeErr: (text) => printer.talk(text.replace(/\n$/, '')),
      outputError: (text, write) => write(withAdvice(text, program)),
      getOutHelpWidth: () => printer.columns,
      getErrHelpWidth: () => printer.columns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    // Its suggestions go by letters only: `restart` becomes `start`, another act.
    .showSuggestionAfterError(false)
    .exitOverride();
  if (!namesVersion) program.version(actions.version, '-V, --version', 'print the version');
  const context = (): CommandContext => {
    const options = program.opts<CommonOptions>();
    const { base = '.', json = false, yes = false } = options;
    const folder = resolve(io.workingFolder, base);
    const remote = remoteOf(options, io);
    const daemon = remote ?? join(folder, '.vili', 'vili.sock');
    const text = { columns: printer.columns, colors: printer.colors, nowMs: io.now() };
    const possible = remote === null ? actions : remoteActions(actions);
    return {
      actions: possible,
      isRemote: remote !== null,
      io,
      printer,
      base: folder,
      client: controlClient(daemon),
      daemon,
      json,
      yes,
      text,
    };
  };
  const run: Run =
    (action) =>
    async (...given) =>
      onEnd(await action(context(), ...given));
  for (const declare of COMMANDS) declare(program, run);
  addExamples(program);
  return program;
}

/** Whether the first word is no command, and what to say of it. Null when it is one. */
export function unknownCommand(program: Command, words: readonly string[]): UsageError | null {
  const [word] = program.parseOptions([...words]).operands;
  const names = program.commands.map((command) => command.name());
  if (word === undefined || word === 'help' || names.includes(word)) return null;
  return new UsageError(`there is no command "${word}": ${commandAdvice(word, names)}`);
}

// Private

function withAdvice(text: string, program: Command): string {
  const flag = /unknown option '(--[^'=]+)/.exec(text)?.[1];
  if (flag === undefined) return text;
  const all = [program, ...program.commands].flatMap((command) => command.options);
  const advice = optionAdvice(flag, [...new Set(all.flatMap(({ long }) => long ?? []))]);
  return advice === '' ? text : `${text.trimEnd()} (${advice})\n`;
}
