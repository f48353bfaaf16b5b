import { type ChildProcess, spawn } from 'node:child_process';
import { ViliError } from '../errors.ts';

/** Of what the daemon printed, for a failure's message. */
const MAX_TAIL = 4000;
const STOP_LIMIT_MS = 15_000;
const KILL_LIMIT_MS = 3000;

/** Starts the real daemon for a base folder, with standard output and error as pipes. */
export type StartDaemon = (base: string, args: readonly string[]) => ChildProcess;

/** The daemon's program in a process of its own, with nothing of our settings in its environment. */
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

/** The daemon as the demo sees it: whether it is still there, what it said, how it is ended. */
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

  /** Throws ViliError `VILI_DEMO_FAILED` with its last words when the daemon is gone. */
  check(): void {
    if (this.#ended === null) return;
    throw new ViliError('VILI_DEMO_FAILED', `the daemon ${this.#ended}\n${this.#tail.trimEnd()}`);
  }

  /** The last lines the daemon printed. */
  lastWords(): string {
    return this.#tail.trimEnd();
  }

  /** SIGTERM, then SIGKILL. Resolves true when it left by itself. */
  async stop(): Promise<boolean> {
    if (this.#ended !== null) return true;
    this.#child.kill('SIGTERM');
    if (await this.#leavesWithin(STOP_LIMIT_MS)) return true;
    this.#child.kill('SIGKILL');
    await this.#leavesWithin(KILL_LIMIT_MS);
    return false;
  }

  // Private

  #end(how: string, resolve: () => void): void {
    this.#ended ??= how;
    resolve();
  }

  async #leavesWithin(limitMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), limitMs);
    });
    const left = await Promise.race([this.#exited.then(() => true), limit]);
    clearTimeout(timer);
    return left;
  }
}
