import { join } from 'node:path';
import type { StartOptions } from '../../lib/cli/terminal/io.ts';
import { EXIT, messageOf } from '../../lib/errors.ts';
import { type Journal, openJournal } from '../../lib/journal/journal.ts';
import { journalLevelOf } from '../../lib/journal/levels.ts';
import { forgetInherited, inheritedSocket } from '../../lib/runtime/systemd/listen-fds.ts';
import { ServiceManager } from '../../lib/runtime/systemd/service-manager.ts';
import { prepareRuntime } from '../../lib/runtime/v8.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import { Predecessor } from './upgrade/predecessor.ts';
import { LiveSettings, ofLatest } from './settings/live.ts';

/** An error without an owner, or an actor at the top that gave up (sysexits.h EX_SOFTWARE). */
const EXIT_FATAL = 70;
/** Time limit for the last lines of the log before the process ends. */
const FATAL_FLUSH_MS = 500;

/** `vili start`: runs until a signal ends it; a second signal ends it at once. */
export async function start(options: StartOptions, viliVersion: string): Promise<number> {
  const before = Predecessor.of(process);
  try {
    return await run(options, viliVersion, before);
  } catch (error) {
    // The Vili before goes on, and says why.
    before?.failed(messageOf(error));
    throw error;
  }
}

// Private

async function run(
  options: StartOptions,
  viliVersion: string,
  before: Predecessor | null,
): Promise<number> {
  const live = new LiveSettings({
    base: options.base,
    flags: options.settings,
    environment: process.env,
  });
  const inheritedFd = inheritedSocket(process.env, process.pid);
  forgetInherited(process.env);
  prepareRuntime();
  process.title = 'vili';
  const { logDir: dir } = live.settings;
  const level = ofLatest(live, ({ log }) => journalLevelOf(log.level));
  const journal = openJournal({ dir, level, now: Date.now });
  const manager = new ServiceManager({
    environment: process.env,
    pid: process.pid,
    onProblem: (text) => journal.warn(text),
  });
  const early = (by: string): void => journal.notice(`${by} came while Vili was starting`);
  let [reload, upgrade] = [early, early];
  const signal = untilSignal(
    (by) => reload(by),
    (by) => upgrade(by),
  );
  try {
    const daemon = await startDaemon({
      live,
      viliVersion,
      journal,
      manager,
      environment: process.env,
      inheritedFd,
      before,
      command: [process.execPath, ...process.execArgv, ...process.argv.slice(1)],
      onFatal: (error) => die(journal, error),
    });
    manager.ready();
    reload = (by) => daemon.reload(by);
    upgrade = (by) => daemon.upgrade(by);
    if (dir !== '') announceLog(daemon, dir);
    return await serve(daemon, signal, manager);
  } finally {
    manager.close();
    await manager.flush();
    await journal.close();
  }
}

/** With the log in files a terminal would stay empty, as if nothing had happened. */
function announceLog({ port }: Daemon, dir: string): void {
  process.stdout.write(`Vili serves port ${port}; its log: ${join(dir, 'vili.log')}\n`);
}

async function serve(
  daemon: Daemon,
  signal: Promise<NodeJS.Signals>,
  manager: ServiceManager,
): Promise<number> {
  const received = await Promise.race([signal, daemon.left]);
  if (received === undefined) return EXIT.ok;
  manager.stopping();
  process.once('SIGINT', () => process.exit(EXIT.interrupted));
  process.once('SIGTERM', () => process.exit(EXIT.interrupted));
  await daemon.stop();
  return received === 'SIGINT' ? EXIT.interrupted : EXIT.ok;
}

/**
 * A hang-up ends a Vili that somebody watches in a terminal. Any other Vili reads its settings again. One in the
 * background of a script or under nohup does so, too, when its terminal is closed, which changes nothing: node forgets
 * at its start that nohup had the signal ignored.
 */
function untilSignal(
  reload: (by: string) => void,
  upgrade: (by: string) => void,
): Promise<NodeJS.Signals> {
  const isWatched = process.stdin.isTTY && process.stdout.isTTY;
  return new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
    process.on('SIGUSR2', () => upgrade('a signal (SIGUSR2)'));
    process.on('SIGHUP', (name) => {
      if (isWatched) resolve(name);
      else reload('a hang-up (SIGHUP)');
    });
  });
}

/** The servlets end with the terminals that close here, or are ended at the next start. */
function die(journal: Journal, error: unknown): void {
  process.exitCode = EXIT_FATAL;
  journal.crit(`Vili cannot go on: ${messageOf(error)}`, { error });
  process.stderr.write(`vili: cannot go on: ${messageOf(error)}\n`);
  const exit = (): never => process.exit(EXIT_FATAL);
  setTimeout(exit, FATAL_FLUSH_MS);
  void journal.flush().finally(exit);
}
