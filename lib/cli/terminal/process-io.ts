import { hostname, userInfo } from 'node:os';
import { attempt } from '../../errors.ts';
import type { CliIo } from './io.ts';

const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;

/** The outside world of this process. `signal` is aborted by the handler of ^C, if there is one. */
export function processIo(signal: AbortSignal = new AbortController().signal): CliIo {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    env: process.env,
    isTerminal: { stdin: process.stdin.isTTY, stdout: process.stdout.isTTY },
    columns: process.stdout.columns ?? DEFAULT_COLUMNS,
    get rows() {
      return process.stdout.rows ?? DEFAULT_ROWS;
    },
    workingFolder: process.cwd(),
    user: `${userName()}@${hostname()}`,
    now: Date.now,
    signal,
  };
}

// Private

/** A user id that is not in the user database has no name. */
function userName(): string {
  return attempt(() => userInfo().username, `uid ${process.getuid?.() ?? 'unknown'}`);
}
