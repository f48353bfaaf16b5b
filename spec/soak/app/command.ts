import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** The installation of a large application on a busy host takes minutes. */
const LIMIT_MS = 600_000;
const MAX_OUTPUT = 20_000;

export interface CommandOptions {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Runs a command and returns its stdout. @throws Error with the end of its stderr when it fails. */
export async function runCommand(
  argv: readonly [string, ...string[]],
  { folder, environment }: CommandOptions,
): Promise<string> {
  const [program, ...rest] = argv;
  const child = spawn(program, rest, {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-MAX_OUTPUT);
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (code === 0) return stdout;
  throw new Error(`${argv.join(' ')} ended with ${code ?? signal}: ${stderr.trim()}`);
}
