import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { messageOf, ViliError } from '../errors.ts';
import { siblingModule } from './sibling-module.ts';

/** A process of Vili's own, and how it ended once nothing more comes from it. */
export interface Forked {
  readonly process: ChildProcess;
  readonly ended: Promise<string>;
}

/**
 * Starts a file of Vili as a process with a channel to this one; it waits to be told what to do. `entry` has
 * no suffix (`beside`). Throws VILI_FORK_FAILED; some failures come as an end instead.
 */
export function forkChild(entry: string, askedFrom: string, flags: readonly string[] = []): Forked {
  const process = start(fileURLToPath(siblingModule(entry, askedFrom)), flags);
  const ended = new Promise<string>((resolve) => {
    // Not `exit`: what it said before its end may still be on its way then.
    process.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
    // An `error` in a process that was started says nothing of its end.
    process.on('error', (error) => {
      if (process.pid === undefined) resolve(error.message);
    });
  });
  return { process, ended };
}

/** Sends it a message; one that has just ended is noticed by its end. */
export function post(process: ChildProcess, message: object): void {
  if (process.connected) process.send(message, undefined, undefined, () => {});
}

// Private

function start(file: string, flags: readonly string[]): ChildProcess {
  try {
    return fork(file, [], {
      execArgv: [...process.execArgv, ...flags],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
  } catch (cause) {
    const text = `cannot start ${file} as a process: ${messageOf(cause)}`;
    throw new ViliError('VILI_FORK_FAILED', text, { cause });
  }
}
