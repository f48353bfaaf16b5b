import { type ChildProcess, spawn } from 'node:child_process';
import type { Server } from 'node:net';
import { ViliError } from '../../../lib/errors.ts';
import { type FromNew, type Step, type ToNew, UPGRADE_VARIABLE, type Wish } from './protocol.ts';

/** Of the old Vili's service manager: about the process, not about the service. */
const OWN_VARIABLES = ['WATCHDOG_PID', 'LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES'];
const KILL_MAX_MS = 5000;

export interface SuccessorOptions {
  /** Node's own flags, the program, its arguments: what the old Vili was started with. */
  readonly command: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** The open lock file. */
  readonly lockFile: number;
  /** What it asks for once it has taken over. */
  readonly onMessage: (message: Wish) => void;
}

/** The new Vili, as the one that started it sees it. */
export class Successor {
  readonly #process: ChildProcess;
  readonly #ended: Promise<string>;
  #how: string | null = null;
  /** Why it cannot take over, in its own words. */
  #failure: string | null = null;
  readonly #received: Step[] = [];
  #wake: () => void = () => {};

  constructor({ command, environment, lockFile, onMessage }: SuccessorOptions) {
    const [program = process.execPath, ...words] = command;
    const kept = Object.entries(environment).filter(([name]) => !OWN_VARIABLES.includes(name));
    this.#process = spawn(program, words, {
      env: { ...Object.fromEntries(kept), [UPGRADE_VARIABLE]: '1' },
      stdio: ['inherit', 'inherit', 'inherit', 'ipc', lockFile],
    });
    this.#ended = new Promise((resolve) => {
      const over = (how: string): void => {
        this.#how ??= how;
        resolve(how);
        this.#wake();
      };
      this.#process.once('exit', (code, signal) => over(signal ?? `exit code ${code}`));
      this.#process.on('error', ({ message }) => this.#process.pid === undefined && over(message));
      this.#process.once('disconnect', () => this.#wake());
    });
    this.#process.on('message', (message: FromNew) => {
      if (message.type === 'failed') this.#failure = message.text;
      else if (isStep(message)) this.#received.push(message);
      else onMessage(message);
      this.#wake();
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Resolves to how it ended. */
  get ended(): Promise<string> {
    return this.#ended;
  }

  get isConnected(): boolean {
    return this.#process.connected;
  }

  /** Its next message; rejects with VILI_UPGRADE when it fails, ends, or says something else or nothing within the limit. */
  async next<T extends Step['type']>(
    type: T,
    limitMs: number,
  ): Promise<Extract<Step, { type: T }>> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#wake();
    }, limitMs);
    try {
      for (;;) {
        const message = this.#received.shift();
        if (this.#failure !== null) throw failure(this.#failure);
        if (message?.type === type) return message as Extract<Step, { type: T }>;
        if (message !== undefined) throw failure(`it said ${message.type} in place of ${type}`);
        if (this.#how !== null) throw failure(`it ended (${this.#how}) before it was ${type}`);
        if (isLate) throw failure(`it was not ${type} within ${limitMs / 1000} s`);
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  send(message: ToNew, server?: Server): void {
    if (this.#process.connected) this.#process.send(message, server, {}, () => {});
  }

  /** Ends it at once; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, KILL_MAX_MS)));
    await Promise.race([this.#ended, late]);
    clearTimeout(timer);
  }

  /** It goes on alone. */
  leave(): void {
    if (this.#process.connected) this.#process.disconnect();
    this.#process.unref();
  }
}

// Private

function isStep(message: FromNew): message is Step {
  return message.type === 'hello' || message.type === 'prepared' || message.type === 'serving';
}

function failure(text: string): ViliError {
  return new ViliError('VILI_UPGRADE', `the new Vili did not take over: ${text}`);
}
