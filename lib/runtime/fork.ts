import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ViliError } from '../errors.ts';
import { siblingModule } from './sibling-module.ts';

/** A child process of Vili. `ended` resolves to how it ended, once all of its messages have arrived. */
export interface Forked {
  readonly process: ChildProcess;
  readonly ended: Promise<string>;
}

/**
 * Starts a file of Vili as a child process with a message channel to this one. `entry` has no suffix
 * (`siblingModule`). Throws VILI_FORK_FAILED; some failures arrive through `ended` instead.
 */
export function forkChild(entry: string, importer: string, flags: readonly string[] = []): Forked {
  const process = start(fileURLToPath(siblingModule(entry, importer)), flags);
  const ended = new Promise<string>((resolve) => {
    // Not `exit`: messages sent before the end may still be on their way at that point.
    process.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
    // An `error` of a process that did start does not mean that it ended.
    process.on('error', (error) => {
      if (process.pid === undefined) resolve(error.message);
    });
  });
  return { process, ended };
}

/** Sends a message; nothing happens when the process has just ended, which `ended` reports. */
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
    throw ViliError.cannot('VILI_FORK_FAILED', `start ${file} as a process`, cause);
  }
}
