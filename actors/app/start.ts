import { join } from 'node:path';
import { loadSettings } from '../../config/load.ts';
import type { StartOptions } from '../../lib/cli/terminal/io.ts';
import { EXIT, messageOf } from '../../lib/errors.ts';
import { type Journal, openJournal } from '../../lib/journal/journal.ts';
import { journalLevelOf } from '../../lib/journal/levels.ts';
import { prepareRuntime } from '../../lib/runtime/v8.ts';
import { type Daemon, startDaemon } from './daemon.ts';

/** An error without an owner, or an actor at the top that gave up (sysexits.h EX_SOFTWARE). */
const EXIT_FATAL = 70;
/** Time limit for the last lines of the log before the process ends. */
const FATAL_FLUSH_MS = 500;

/** `vili start`: runs until a signal ends it; a second signal ends it at once. */
export async function start(options: StartOptions, viliVersion: string): Promise<number> {
  const { settings, warnings } = loadSettings({
    base: options.base,
    flags: options.settings,
    environment: process.env,
  });
  prepareRuntime();
  process.title = 'vili';
  const { logDir: dir, log } = settings;
  const journal = openJournal({ dir, level: journalLevelOf(log.level), now: Date.now });
  const signal = untilSignal(journal);
  try {
    const daemon = await startDaemon({
      settings,
      warnings,
      viliVersion,
      journal,
      environment: process.env,
      onFatal: (error) => die(journal, error),
    });
    if (dir !== '') announceLog(daemon, dir);
    return await serve(daemon, signal);
  } finally {
    await journal.close();
  }
}

// Private

/** With the log in files a terminal would stay empty, as if nothing had happened. */
function announceLog({ port }: Daemon, dir: string): void {
  process.stdout.write(`Vili serves port ${port}; its log: ${join(dir, 'vili.log')}\n`);
}

async function serve(daemon: Daemon, signal: Promise<NodeJS.Signals>): Promise<number> {
  const received = await signal;
  process.once('SIGINT', () => process.exit(EXIT.interrupted));
  process.once('SIGTERM', () => process.exit(EXIT.interrupted));
  await daemon.stop();
  return received === 'SIGINT' ? EXIT.interrupted : EXIT.ok;
}

/**
 * A hang-up ends a Vili that somebody watches in a terminal. A Vili in the background of a script or under nohup
 * continues: node forgets at its start that nohup had the signal ignored.
 */
function untilSignal(journal: Journal): Promise<NodeJS.Signals> {
  const isWatched = process.stdin.isTTY && process.stdout.isTTY;
  return new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
    process.on('SIGHUP', (name) => {
      if (isWatched) resolve(name);
      else journal.notice('went on after a hang-up of the terminal');
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
