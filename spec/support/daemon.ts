import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stream } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { attempt, codeOf } from '../../lib/errors.ts';
import type { HistoryEntry, HistoryEvent } from '../../lib/model/history.ts';
import { type ControlClient, controlClient } from '../../lib/operator/client/client.ts';
import { type ProcessIdentity, signalProcess } from '../../lib/servlet/process/identity.ts';
import type { StatusView } from '../../lib/operator/views/status-view.ts';
import type { BoundSocket } from './bound-socket.ts';
import { PATIENCE } from './patience.ts';

/** The built program, as a user starts it. */
export const MAIN = fileURLToPath(new URL('../../actors/app/main.js', import.meta.url));
/** What node is started with, from the program's first line: `#!/usr/bin/env -S node FLAGS`. */
export const NODE_FLAGS = nodeFlags();

const POLL_MS = 50;
const DEFAULT_LIMIT_MS = 20_000;
const EXIT_LIMIT_MS = 15_000;
const MAX_OUTPUT = 200_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface StartOptions {
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** What the program is started with, in front of it: `setpriv --reuid …`. */
  readonly wrapper?: readonly string[];
  /** Another program than the built one, started by its first line. */
  readonly program?: string;
  /** A listening socket that it gets as descriptor 3. */
  readonly socket?: BoundSocket;
  /** How long a command may take, which is then lengthened as all limits are. */
  readonly limitMs?: number;
}

/** A daemon as a child process: what it says, how it is waited for and how it is ended. */
export class Daemon {
  readonly base: string;
  readonly client: ControlClient;
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #output = '';
  #end: Ended | null = null;

  constructor(base: string, options: StartOptions = {}) {
    this.base = base;
    this.client = controlClient(join(base, '.vili', 'vili.sock'));
    this.#child = spawnVili(base, ['start', '--base', base, ...(options.args ?? [])], options);
    this.ended = this.#watch();
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error(`the daemon did not start: ${this.#output}`);
    return pid;
  }

  /** Standard output and error together. */
  get output(): string {
    return this.#output;
  }

  /** SIGKILL by default: no chance to tidy up. Resolves when it is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<Ended> {
    if (this.#end === null) {
      this.#child.kill(signal);
      // After an upgrade another process is the daemon.
      const holder = this.#holder();
      if (holder !== null && holder.pid !== this.#child.pid) signalProcess(holder, signal);
    }
    return this.exit();
  }

  /** Waits for its end; throws when it stays. */
  async exit(limitMs = EXIT_LIMIT_MS): Promise<Ended> {
    const late = sleep(limitMs * PATIENCE, null, { ref: false });
    const end = await Promise.race([this.ended, late]);
    if (end === null)
      throw new Error(`the daemon did not end in ${limitMs * PATIENCE} ms\n${this.#output}`);
    return end;
  }

  /** The first status that fits. Throws with the last one after `limitMs`, lengthened, or when it ended. */
  async until(
    what: string,
    fits: (status: StatusView) => boolean | Promise<boolean>,
    limitMs = DEFAULT_LIMIT_MS,
    pollMs = POLL_MS,
  ): Promise<StatusView> {
    const deadline = Date.now() + limitMs * PATIENCE;
    let last: StatusView | null = null;
    while (Date.now() < deadline) {
      this.#requireAlive(what);
      last = (await this.#statusOrNull()) ?? last;
      if (last !== null && (await fits(last))) return last;
      await sleep(pollMs);
    }
    const history = await this.client.history({ limit: 20 }).catch(() => []);
    const known = `${JSON.stringify(last, null, 1)}\n${JSON.stringify(history, null, 1)}`;
    throw new Error(`never happened: ${what}\n${known}\n${this.#output.slice(-4000)}`);
  }

  /** Users are served by this version, `shop-1.0.0`. */
  async serving(version: string, limitMs?: number): Promise<StatusView> {
    return this.until(
      `${version} serves`,
      ({ running }) => running?.version === version && running.state === 'ready',
      limitMs,
    );
  }

  /** Its test is on: the servlet is ready and pairs can come. */
  async testing(version: string, limitMs?: number): Promise<StatusView> {
    return this.until(
      `${version} is tested`,
      ({ testing, verdict }) =>
        testing?.version === version && testing.state === 'ready' && verdict?.version === version,
      limitMs,
    );
  }

  /** The newest entry of the history of that event of that version. */
  async recorded(event: HistoryEvent, version: string, limitMs?: number): Promise<HistoryEntry> {
    let found: HistoryEntry | undefined;
    await this.until(
      `${version} is ${event}`,
      async () => {
        const history = await this.client.history();
        found = history.findLast((it) => it.event === event && it.version === version);
        return found !== undefined;
      },
      limitMs,
    );
    if (found === undefined) throw new Error(`${version} was not ${event}`);
    return found;
  }

  // Private

  /** The process that the lock file of the base names. */
  #holder(): ProcessIdentity | null {
    const text = attempt(() => readFileSync(join(this.base, '.vili', 'lock'), 'utf8'), 'null');
    return attempt(() => JSON.parse(text) as ProcessIdentity | null, null);
  }

  async #watch(): Promise<Ended> {
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-MAX_OUTPUT);
      });
    }
    const [code, signal] = (await once(this.#child, 'close')) as [number, NodeJS.Signals | null];
    this.#end = { code, signal };
    return this.#end;
  }

  #requireAlive(what: string): void {
    if (this.#end === null) return;
    const how = JSON.stringify(this.#end);
    throw new Error(`the daemon ended (${how}) before ${what}\n${this.#output}`);
  }

  async #statusOrNull(): Promise<StatusView | null> {
    try {
      return await this.client.status();
    } catch (error) {
      // Not listening yet, or an actor is being started again.
      if (codeOf(error)?.startsWith('VILI_') === true) return null;
      throw error;
    }
  }
}

export interface Answer extends Ended {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command of the built program to its end. */
export async function runVili(
  base: string,
  args: readonly string[],
  options: StartOptions = {},
): Promise<Answer> {
  const child = spawnVili(base, [...args, '--base', base], options);
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const timer = setTimeout(
    () => child.kill('SIGKILL'),
    (options.limitMs ?? EXIT_LIMIT_MS) * PATIENCE,
  );
  const [code, signal] = (await once(child, 'close')) as [number, NodeJS.Signals | null];
  clearTimeout(timer);
  return { code, signal, stdout, stderr };
}

// Private

/** Nothing of the environment of the specs' own run gets in, except what is asked for. */
function spawnVili(
  base: string,
  args: readonly string[],
  { environment = {}, wrapper = [], program, socket }: StartOptions,
): ChildProcess {
  const inherited = Object.entries(process.env).filter(
    ([key]) => !key.startsWith('VILI_') && key !== 'NODE_V8_COVERAGE',
  );
  const env = { ...Object.fromEntries(inherited), NO_COLOR: '1', ...environment };
  const vili = program === undefined ? [process.execPath, ...NODE_FLAGS, MAIN] : [program];
  const [command = process.execPath, ...rest] = [...wrapper, ...vili, ...args];
  // For the types only streams have a descriptor to share; node shares that of any handle.
  const shared = socket === undefined ? [] : [socket.handle as unknown as Stream];
  return spawn(command, rest, { cwd: base, env, stdio: ['ignore', 'pipe', 'pipe', ...shared] });
}

function nodeFlags(): readonly string[] {
  const [first = ''] = readFileSync(MAIN, 'utf8').split('\n', 1);
  return first.split(' ').filter((word) => word.startsWith('--'));
}
