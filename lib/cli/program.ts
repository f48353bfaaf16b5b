import { Command } from 'commander';
import {
  baseFolder,
  type CommandContext,
  type CommonOptions,
  commandContext,
} from './command-context.ts';
import type { ActOptions } from './commands/act.ts';
import { type DiffOptions, diffCommand } from './commands/diff.ts';
import { historyCommand } from './commands/history.ts';
import { promoteCommand } from './commands/promote.ts';
import { rejectCommand } from './commands/reject.ts';
import { type ReplayCommandOptions, replayCommand } from './commands/replay.ts';
import { retestCommand } from './commands/retest.ts';
import { statusCommand } from './commands/status.ts';
import { traceCommand } from './commands/trace.ts';
import { treeCommand } from './commands/tree.ts';
import { whyCommand } from './commands/why.ts';
import { addSetting, countOf } from './settings-flags.ts';
import type { CliActions, CliIo } from './terminal/io.ts';
import type { Printer } from './terminal/printer.ts';

const RUNNING = 'Running:';
const LOOKING = 'Looking:';
const ACTING = 'Acting:';

interface SettingOptions {
  readonly set?: Record<string, string>;
  readonly port?: string;
}

/** Where a command leaves the exit code it ended with. */
export interface Ending {
  exitCode: number;
}

/**
 * The whole command line; the one place that knows commander. A command's exit code is left in
 * `ending`; errors are thrown, commander's own as CommanderError.
 */
export function buildProgram(
  actions: CliActions,
  io: CliIo,
  printer: Printer,
  ending: Ending,
): Command {
  const program = new Command('vili')
    .description(
      'Tries a new version of a server on real user traffic before any user sees it.\n' +
        'Without a command: start.',
    )
    .version(actions.version, '-V, --version', 'print the version')
    .option('--base <folder>', 'folder Vili runs in (default: the current one)')
    .option('--json', 'print data as JSON')
    .option('--yes', 'do not ask before an act')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => printer.data([text.replace(/\n$/, '')]),
      writeErr: (text) => printer.talk(text.replace(/\n$/, '')),
      getOutHelpWidth: () => printer.columns,
      getErrHelpWidth: () => printer.columns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showSuggestionAfterError()
    .exitOverride();
  const end = (command: Promise<number>): Promise<void> =>
    command.then((code) => void (ending.exitCode = code));
  const context = (): CommandContext => commandContext(io, printer, program.opts<CommonOptions>());
  addRunning(program, actions, io, end);
  addLooking(program, context, end);
  addActing(program, context, end);
  return program;
}

// Private

type End = (command: Promise<number>) => Promise<void>;

function addRunning(program: Command, actions: CliActions, io: CliIo, end: End): void {
  const options = (): { base: string; json: boolean } => {
    const common = program.opts<CommonOptions>();
    return { base: baseFolder(io, common), json: common.json ?? false };
  };
  withSettings(program.command('start').helpGroup(RUNNING))
    .description('run the service, try new versions, decide')
    .action((given: SettingOptions) =>
      end(actions.start({ base: options().base, settings: settingsOf(given) })),
    );
  withSettings(program.command('check').helpGroup(RUNNING))
    .description('check settings, base folder, ports, server file and log; start nothing')
    .action((given: SettingOptions) =>
      end(actions.check({ ...options(), settings: settingsOf(given) })),
    );
  program
    .command('demo')
    .helpGroup(RUNNING)
    .description('see one promotion and one rejection in under 90 seconds')
    .option('--keep', 'leave its base folder behind, to look around in it')
    .action(({ keep }: { keep?: boolean }) => end(actions.demo({ keep: keep ?? false })));
}

function withSettings(command: Command): Command {
  return command
    .option('--set <key=value>', 'a setting, over all other sources; repeatable', addSetting)
    .option('--port <port>', "the users' port, short for --set port=...");
}

function settingsOf({ set = {}, port }: SettingOptions): Record<string, string> {
  return port === undefined ? set : { ...set, port };
}

function addLooking(program: Command, context: () => CommandContext, end: End): void {
  const add = (name: string, description: string): Command =>
    program.command(name).helpGroup(LOOKING).description(description);
  add('status', 'who serves, who is tested, how far the test is').action(() =>
    end(statusCommand(context())),
  );
  program
    .command('why [version]')
    .helpGroup(LOOKING)
    .description('what is wrong, how sure that is, which request to try')
    .action((version: string | undefined) => end(whyCommand(context(), version)));
  program
    .command('diff [version]')
    .helpGroup(LOOKING)
    .description('where the answers of both versions differ')
    .option('--endpoint <text>', 'only endpoints with this in their name')
    .option('--path <text>', 'only fields with this in their path')
    .option('--sample <id>', 'one pair: the request and both answers')
    .option('--curl', 'the request of a sample as a command')
    .action((version: string | undefined, given: DiffOptions) =>
      end(diffCommand(context(), { ...given, ...(version === undefined ? {} : { version }) })),
    );
  add('history', 'every version that came, and what became of it')
    .option('--limit <count>', 'newest entries, at most (default: 100)', countOf)
    .action(({ limit }: { limit?: number }) => end(historyCommand(context(), limit)));
  add('trace', 'messages between the actors of the daemon')
    .option('-f, --follow', 'go on with what is sent from now on')
    .option('--actor <path>', 'only to or from this actor and those below it')
    .option('--id <correlation>', 'only what belongs to this correlation id')
    .option('--limit <count>', 'newest records, at most (default: 200)', countOf)
    .option('--mermaid', 'print a sequence diagram')
    .action((given: TraceFlags) => end(traceCommand(context(), traceOptions(given))));
  add('tree', 'the actors of the daemon and what they are at').action(() =>
    end(treeCommand(context())),
  );
}

interface TraceFlags {
  readonly follow?: boolean;
  readonly actor?: string;
  readonly id?: string;
  readonly limit?: number;
  readonly mermaid?: boolean;
}

function traceOptions({ follow, actor, id, limit, mermaid }: TraceFlags) {
  return {
    follow: follow ?? false,
    mermaid: mermaid ?? false,
    ...(actor === undefined ? {} : { actor }),
    ...(id === undefined ? {} : { correlation: id }),
    ...(limit === undefined ? {} : { limit }),
  };
}

function addActing(program: Command, context: () => CommandContext, end: End): void {
  const add = (name: string, description: string): Command =>
    program
      .command(`${name} [version]`)
      .helpGroup(ACTING)
      .description(description)
      .option('--reason <text>', 'kept in the history');
  add('promote', 'let the tested version take over the users now').action((version, given) =>
    end(promoteCommand(context(), actOptions(version, given))),
  );
  add('reject', 'end the test; the running version stays').action((version, given) =>
    end(rejectCommand(context(), actOptions(version, given))),
  );
  program
    .command('replay [samples...]')
    .helpGroup(ACTING)
    .description('send the requests of samples again and compare the answers')
    .option('--all', 'every sample of the version')
    .option('--to <side>', 'testing (compared with running) or running', 'testing')
    .option('--of <version>', 'whose samples (default: under test, else decided last)')
    .option('--header <name: value>', 'in place of a masked one; repeatable', collect)
    .action((samples: string[], given: Omit<ReplayCommandOptions, 'samples'>) =>
      end(replayCommand(context(), { ...given, samples })),
    );
  add('retest', 'test a rejected version again, by default the last').action((version, given) =>
    end(retestCommand(context(), actOptions(version, given))),
  );
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function actOptions(version: string | undefined, { reason }: { reason?: string }): ActOptions {
  return {
    ...(version === undefined ? {} : { version }),
    ...(reason === undefined ? {} : { reason }),
  };
}
