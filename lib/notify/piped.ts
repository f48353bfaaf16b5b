import { spawn } from 'node:child_process';
import { messageOf, ViliError } from '../errors.ts';
import { bounded } from './post.ts';

const ERROR_MAX_CHARACTERS = 500;
/** What a program may need of the environment; Vili's own may hold secrets. */
const VARIABLES = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];

export interface Piped {
  readonly program: string;
  readonly words: readonly string[];
  readonly folder: string;
  readonly input: string;
  readonly code: string;
}

/**
 * Runs a program with a text on its standard input, in a session of its own, for 10 s at most.
 *
 * @throws ViliError with `code`, and the end of what it wrote to standard error, when it fails.
 */
export function pipeInto(
  { program, words, folder, input, code }: Piped,
  signal: AbortSignal,
): Promise<void> {
  const env = Object.fromEntries(
    VARIABLES.flatMap((name) =>
      process.env[name] === undefined ? [] : [[name, process.env[name]]],
    ),
  );
  return new Promise((resolve, reject) => {
    const fail = (text: string): void => reject(new ViliError(code, `${program}: ${text}`));
    const child = spawn(program, words, {
      cwd: folder,
      env,
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    let said = '';
    const limit = bounded(signal);
    const end = (): void => endSession(child.pid);
    limit.addEventListener('abort', end, { once: true });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-ERROR_MAX_CHARACTERS);
    });
    // A program that does not read its input says so by its exit code.
    child.stdin.on('error', () => undefined).end(input);
    child.once('error', (error) => {
      limit.removeEventListener('abort', end);
      fail(messageOf(error));
    });
    child.once('exit', (exitCode, killedBy) => {
      limit.removeEventListener('abort', end);
      // What it left in the background may hold standard error open.
      child.stderr.destroy();
      if (exitCode === 0) return resolve();
      const ending = killedBy === null ? `exit code ${exitCode}` : `ended by ${killedBy}`;
      fail([limit.aborted ? 'it took too long' : ending, said.trim()].filter(Boolean).join(': '));
    });
  });
}

// Private

function endSession(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
