import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { EXIT, ViliError } from '../../../lib/errors.ts';

/** What ends, reloads or asks a service; each goes to it alone, as it would without this process in between. */
const PASSED_ON = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const;
/** As shells count the exit code of a process that a signal has ended. */
const SIGNAL_EXIT = 128;

export interface Foreground {
  readonly command: readonly string[];
  readonly folder: string;
  /** Gets the pid, for people and scripts. */
  readonly pidFile: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Runs a command until it ends, with the output of this process, and passes signals on to it. Returns its exit code, 128 and
 * the number of the signal that ended it. Throws VILI_SPAWN_FAILED when it cannot be started.
 */
export async function runInForeground(options: Foreground): Promise<number> {
  const { command, folder, pidFile, environment } = options;
  const [program = '', ...words] = command;
  const child = spawn(program, words, {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'inherit', 'inherit'],
    // A group of its own: a terminal would send ^C to both, and the service would get it twice.
    detached: true,
  });
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const pass = (signal: NodeJS.Signals): void => {
    child.kill(signal);
  };
  for (const signal of PASSED_ON) process.on(signal, pass);
  try {
    // A folder that is full costs the file, not the service.
    if (child.pid !== undefined) await writeFile(pidFile, `${child.pid}`).catch(() => undefined);
    const [code, signal] = await ended;
    return code ?? SIGNAL_EXIT + constants.signals[signal ?? 'SIGKILL'];
  } catch (error) {
    throw ViliError.cannot('VILI_SPAWN_FAILED', `start ${command.join(' ')}`, error, {
      exitCode: EXIT.internal,
    });
  } finally {
    for (const signal of PASSED_ON) process.off(signal, pass);
  }
}
