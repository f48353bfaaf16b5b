import { existsSync } from 'node:fs';
import { describeExit, type Exit } from './exit.ts';
import { type ProcessIdentity, signalProcess } from './identity.ts';
import { type PidRecordPaths, removeRecord } from './pid-records.ts';
import type { Pty } from './pty.ts';
import { TailBuffer } from './tail-buffer.ts';
import { killServletTree } from './tree.ts';

/** How much of what a servlet says on its terminal is kept. */
const TTY_TAIL_BYTES = 8192;
/** The most the killing of a family may take after the stop timeout. */
const KILL_TIMEOUT_MS = 1200;
/** After the kill: the exit itself arrives up to 200 ms later when someone holds the terminal. */
const EXIT_GRACE_MS = 1500;

export interface InstanceFiles {
  readonly id: string;
  /** Working directory of the servlet. */
  readonly folder: string;
  readonly stdOut: string;
  readonly stdErr: string;
  /** Gets the pid as text, for people's scripts. */
  readonly pidFile: string;
}

export interface SpawnOptions {
  readonly command: readonly string[];
  readonly instance: InstanceFiles;
  /** From `servletEnvironment`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly pidRecordFolder: string;
  /** From `servletTag`; the environment carries the same. */
  readonly tag: string;
  readonly port: number;
  /** How far it and all it starts stand back behind this process, 0 to 19 (nice(1)); 0 when left out. */
  readonly nice?: number;
  /** What it may use, in the form of taskset(1); '' or left out for all. */
  readonly processors?: string;
  /** Wall clock, ms since the epoch. */
  readonly now: () => number;
  /** Written to the ledger: the longest a later Vili may wait after SIGTERM, ms. */
  readonly stopTimeoutMs?: number;
}

export interface StopOptions {
  /** Usually SIGTERM; it goes to the servlet itself only, which stops its own children. */
  readonly signal: NodeJS.Signals;
  /** From the signal to SIGKILL for the whole family, ms. */
  readonly timeoutMs: number;
}

export interface StopReport {
  /** Null when even SIGKILL did not end it within the bound. */
  readonly exit: Exit | null;
  /** True when the servlet did not end by itself in time. */
  readonly killed: boolean;
  /** Processes of the family that are still alive; their ledger record is kept. */
  readonly survivors: readonly ProcessIdentity[];
  readonly tookMs: number;
}

interface ProcessParts extends SpawnOptions {
  readonly pty: Pty;
  readonly identity: ProcessIdentity | null;
  readonly startedAtMs: number;
  readonly stdErrStart: number;
  readonly pidRecordPaths: PidRecordPaths;
}

/** One servlet's process from spawn to its confirmed end. Made by `spawnServlet` only. */
export class ServletProcess {
  readonly id: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly port: number;
  /**
   * Resolves exactly once and never rejects: the process is gone, its family has been killed, its
   * ledger record is removed and stdOut and stdErr are complete.
   */
  readonly exited: Promise<Exit>;
  readonly #parts: ProcessParts;
  readonly #tail = new TailBuffer(TTY_TAIL_BYTES);
  #exit: Exit | null = null;
  #survivors: readonly ProcessIdentity[] = [];
  #leaderGone = false;
  #stopping: Promise<StopReport> | null = null;

  constructor(parts: ProcessParts) {
    this.#parts = parts;
    this.id = parts.instance.id;
    this.pid = parts.pty.pid;
    this.port = parts.port;
    this.startedAt = new Date(parts.startedAtMs).toISOString();
    // Always listened to and never paused: a terminal nobody reads blocks the servlet.
    parts.pty.onData((chunk) => this.#tail.push(chunk));
    this.exited = new Promise((resolve) => {
      parts.pty.onExit((end) => {
        this.#leaderGone = true;
        void this.#finish(end).then(resolve);
      });
    });
  }

  get exit(): Exit | null {
    return this.#exit;
  }

  /** Processes of its family that were still alive when it was last tried to end them. */
  get survivors(): readonly ProcessIdentity[] {
    return this.#survivors;
  }

  /** Who the process is; null when it was gone before that could be read. */
  identity(): ProcessIdentity | null {
    return this.#parts.identity;
  }

  /** The last 8 KB the servlet wrote to its terminal (not to stdOut or stdErr), as text. */
  ttyTail(): string {
    return this.#tail.text();
  }

  /**
   * Asks the servlet to end and kills its whole family when it has not within `timeoutMs`; in all
   * at most `timeoutMs` + 3 s. Calls that come while it is stopping, or later, share one result.
   */
  stop(options: StopOptions): Promise<StopReport> {
    this.#stopping ??= this.#stop(options);
    return this.#stopping;
  }

  // Private

  async #stop({ signal, timeoutMs }: StopOptions): Promise<StopReport> {
    const startMs = performance.now();
    const { identity } = this.#parts;
    if (identity !== null && !this.#leaderGone) {
      signalProcess(identity, signal);
      // A stopped process (SIGSTOP) handles nothing until it is continued.
      signalProcess(identity, 'SIGCONT');
    }
    const inTime = await this.#goneWithin(timeoutMs);
    if (!inTime) await this.#killProcessTree();
    await within(this.exited, EXIT_GRACE_MS);
    return {
      exit: this.#exit,
      killed: !inTime,
      survivors: this.#survivors,
      tookMs: Math.round(performance.now() - startMs),
    };
  }

  /** The timeout is the servlet's own; clearing up behind a leader that is gone has its bound. */
  async #goneWithin(timeoutMs: number): Promise<boolean> {
    return (await within(this.exited, timeoutMs)) || this.#leaderGone;
  }

  async #finish(end: { code: number; signal: number }): Promise<Exit> {
    const { instance, pidRecordPaths, pidRecordFolder, command, now, startedAtMs } = this.#parts;
    const atMs = now();
    await this.#killProcessTree();
    // Without its stat line the wrapper never ran: the working folder or the shell is missing.
    const wrapperFailed = existsSync(pidRecordPaths.failed) || !existsSync(pidRecordPaths.stat);
    const exit = await describeExit({
      ...end,
      ...instance,
      command,
      searchPath: this.#parts.environment['PATH'] ?? '',
      atMs,
      elapsedMs: Math.max(0, atMs - startedAtMs),
      wrapperFailed,
      stdErrStart: this.#parts.stdErrStart,
      ttyTail: this.ttyTail(),
    });
    if (this.#survivors.length === 0) this.#forget(pidRecordFolder);
    this.#exit = exit;
    return exit;
  }

  #forget(pidRecordFolder: string): void {
    try {
      removeRecord(pidRecordFolder, this.id);
    } catch {
      // A record too many is harmless: its process is dead, the next start clears it away.
    }
  }

  async #killProcessTree(): Promise<void> {
    const { tag, identity } = this.#parts;
    const leaderJustDied = this.#leaderGone;
    this.#survivors = await killServletTree(identity, tag, leaderJustDied, KILL_TIMEOUT_MS);
  }
}

/** True when `promise` settles within `ms`. */
async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([promise.then(() => true), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
