import { type ChildProcess, spawn } from 'node:child_process';
import { ViliError } from '../errors.ts';

/** Characters of the daemon's output that are kept for the message of a failure. */
const MAX_TAIL = 4000;
const STOP_LIMIT_MS = 15_000;
const KILL_LIMIT_MS = 3000;

/** Starts the real daemon for a base folder, with pipes for standard output and error. */
export type StartDaemon = (base: string, args: readonly string[]) => ChildProcess;

/** Starts the daemon's program as a child process without the `VILI_` variables of this one. */
export function daemonStarter(mainPath: string): StartDaemon {
  return (base, args) => {
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([key]) => !key.startsWith('VILI_')),
    );
    const words = [...process.execArgv, mainPath, 'start', '--base', base, ...args];
    return spawn(process.execPath, words, {
      cwd: base,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  };
}

/** The daemon as the demo sees it: whether it still runs, its last output, and its end. */
export class DemoDaemon {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #tail = '';
  #ended: string | null = null;

  constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8');
      stream?.on('data', (text: string) => {
        this.#tail = (this.#tail + text).slice(-MAX_TAIL);
      });
    }
    this.#exited = new Promise((resolve) => {
      child.once('error', (error) => this.#end(`did not start: ${error.message}`, resolve));
      child.once('close', (code, signal) => this.#end(`ended with ${signal ?? code}`, resolve));
    });
  }

  /** Throws ViliError `VILI_DEMO_FAILED` with the last output when the daemon has ended. */
  check(): void {
    if (this.#ended === null) return;
    throw new ViliError('VILI_DEMO_FAILED', `the daemon ${this.#ended}\n${this.lastOutput()}`);
  }

  /** The last lines that the daemon printed. */
  lastOutput(): string {
    return this.#tail.trimEnd();
  }

  /** SIGTERM, then SIGKILL. Resolves true when the daemon ended by itself. */
  async stop(): Promise<boolean> {
    if (this.#ended !== null) return true;
    this.#child.kill('SIGTERM');
    if (await this.#endsWithin(STOP_LIMIT_MS)) return true;
    this.#child.kill('SIGKILL');
    await this.#endsWithin(KILL_LIMIT_MS);
    return false;
  }

  // Private

  #end(how: string, resolve: () => void): void {
    this.#ended ??= how;
    resolve();
  }

  async #endsWithin(limitMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), limitMs);
    });
    const isOver = await Promise.race([this.#exited.then(() => true), limit]);
    clearTimeout(timer);
    return isOver;
  }
}
