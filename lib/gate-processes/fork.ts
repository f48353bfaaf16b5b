import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A gate process, and how it ended once nothing more comes from it. */
export interface Forked {
  readonly process: ChildProcess;
  readonly ended: Promise<string>;
}

/** Starts one; it waits to be told what to do. */
export function forkGateProcess(): Forked {
  const process = fork(entryPoint(), [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
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

// Private

/** Compiled code runs from `dist`, where the suffix in a URL has not been rewritten. */
function entryPoint(): string {
  const suffix = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  return fileURLToPath(new URL(`./gate-process${suffix}`, import.meta.url));
}
