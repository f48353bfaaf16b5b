import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeExit, type Exit } from './exit.ts';
import { type ProcessIdentity, signalProcess } from './identity.ts';
import { type PidRecordPaths, removeRecord } from './pid-records.ts';
import type { Pty } from './pty.ts';
import { TailBuffer } from './tail-buffer.ts';
import { killServletTree } from './tree.ts';

/** How much of a servlet's terminal output is kept. */
const TTY_TAIL_BYTES = 8192;
/** Longest time for killing a process tree after the stop timeout. */
const KILL_TIMEOUT_MS = 1200;
/** After the kill, the exit itself arrives up to 200 ms later when another process holds the terminal. */
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
  /** Added to this process's nice value for the servlet and everything it starts, 0 to 19 (nice(1)); default 0. */
  readonly nice?: number;
  /** CPUs the servlet may use, as taskset(1) takes them; '' (the default) for all. */
  readonly processors?: string;
  /** Wall clock, ms since the epoch. */
  readonly now: () => number;
  /** Goes into the pid record: the longest a later Vili may wait after SIGTERM, ms. */
  readonly stopTimeoutMs: number;
}

export interface StopOptions {
  /** Usually SIGTERM; sent to the servlet only, which stops its own children. */
  readonly signal: NodeJS.Signals;
  /** From the signal to SIGKILL for the whole process tree, ms. */
  readonly timeoutMs: number;
}

export interface StopReport {
  /** Null when even SIGKILL did not end it within the bound. */
  readonly exit: Exit | null;
  /** True when the servlet did not end by itself in time. */
  readonly killed: boolean;
  /** Processes of the tree that are still alive; their pid record is kept. */
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

/** One servlet's process from spawn to its confirmed end. Created by `spawnServlet` only. */
export class ServletProcess {
  readonly id: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly startedAt: string;
  /**
   * Resolves exactly once and never rejects: the process is gone, its tree has been killed, its pid
   * record is removed, and stdOut and stdErr are complete.
   */
  readonly exited: Promise<Exit>;
  readonly #parts: ProcessParts;
  /** Steady, unlike the times that are told. */
  readonly #bornMs = performance.now();
  readonly #tail = new TailBuffer(TTY_TAIL_BYTES);
  #exit: Exit | null = null;
  #survivors: readonly ProcessIdentity[] = [];
  #leaderGone = false;
  #stopping: Promise<StopReport> | null = null;

  constructor(parts: ProcessParts) {
    this.#parts = parts;
    this.id = parts.instance.id;
    this.pid = parts.pty.pid;
    this.startedAt = new Date(parts.startedAtMs).toISOString();
    // Never paused: a terminal that nobody reads blocks the servlet.
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

  /** Processes of the tree that were still alive after the last attempt to kill them. */
  get survivors(): readonly ProcessIdentity[] {
    return this.#survivors;
  }

  /** Null when the process was gone before its identity could be read. */
  identity(): ProcessIdentity | null {
    return this.#parts.identity;
  }

  /** The last 8 KB the servlet wrote to its terminal (not to stdOut or stdErr), as text. */
  ttyTail(): string {
    return this.#tail.text();
  }

  /**
   * Asks the servlet to end, and kills its whole process tree if it has not ended within `timeoutMs`; takes
   * at most `timeoutMs` + 3 s. Calls made while the servlet is stopping, or later, share one result.
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
      // A stopped process (SIGSTOP) handles no signal until it is continued.
      signalProcess(identity, 'SIGCONT');
    }
    // The timeout is the servlet's own; killing its tree after the leader has gone has its own limit.
    const inTime = (await within(this.exited, timeoutMs)) || this.#leaderGone;
    if (!inTime) await this.#killProcessTree();
    await within(this.exited, EXIT_GRACE_MS);
    return {
      exit: this.#exit,
      killed: !inTime,
      survivors: this.#survivors,
      tookMs: Math.round(performance.now() - startMs),
    };
  }

  async #finish(end: { code: number; signal: number }): Promise<Exit> {
    const { instance, pidRecordPaths, command, now } = this.#parts;
    const atMs = now();
    await this.#killProcessTree();
    // Without a stat line, the wrapper never ran: the working folder or the shell is missing.
    const wrapperFailed = existsSync(pidRecordPaths.failed) || !existsSync(pidRecordPaths.stat);
    const exit = await describeExit({
      ...end,
      ...instance,
      command,
      searchPath: this.#parts.environment['PATH'] ?? '',
      atMs,
      elapsedMs: performance.now() - this.#bornMs,
      wrapperFailed,
      stdErrStart: this.#parts.stdErrStart,
      ttyTail: this.ttyTail(),
    });
    if (this.#survivors.length === 0) this.#removeRecord();
    this.#exit = exit;
    return exit;
  }

  #removeRecord(): void {
    try {
      removeRecord(this.#parts.pidRecordFolder, this.id);
    } catch {
      // A stale record is harmless: its process is dead, and the next start removes it.
    }
  }

  async #killProcessTree(): Promise<void> {
    const { tag, identity } = this.#parts;
    this.#survivors = await killServletTree(identity, tag, this.#leaderGone, KILL_TIMEOUT_MS);
  }
}

// Private

/** True when `promise` settles within `ms`. */
async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const settled = new AbortController();
  const timeout = sleep(ms, false, { signal: settled.signal }).catch(() => false);
  try {
    return await Promise.race([promise.then(() => true), timeout]);
  } finally {
    settled.abort();
  }
}
