import { messageOf } from '../../errors.ts';
import { LauncherChild, type LauncherHooks, launcherLost, type Usages } from './child.ts';
import type { LaunchedServlet } from './launched-servlet.ts';
import type { Door, LaunchedOptions } from './protocol.ts';

/** Longer than starting a servlet takes on the busiest host. */
const REPLY_LIMIT_MS = 30_000;

export interface LauncherOptions {
  /** Wall clock, ms. */
  readonly now: () => number;
  readonly onProblem: (text: string) => void;
  readonly replyLimitMs?: number;
  /** What may be shown of the last words of a servlet. */
  readonly maskText: (text: string) => string;
}

/** A launcher process on its way to the next Vili. */
export interface PassedLauncher {
  readonly pid: number;
  readonly door: Door;
}

/**
 * Starts, watches and ends servlets through a small process of its own, the launcher process. Each start is a fork,
 * which pauses a process in proportion to its memory (5 to 10 ms at 200 MB), and each end a scan of all processes
 * on the host: neither belongs on the thread that users depend on. The launcher process ends with Vili, unless Vili passes
 * it on to the next one, and its
 * servlets' terminals with it. If it ends by itself, or is killed because a reply is 30 s overdue, its servlets
 * end too, and the next start gets a new launcher process.
 */
export class ServletLauncher {
  readonly #options: LauncherOptions;
  #child: LauncherChild | null = null;
  /** The previous process, whose servlets may still be being killed. */
  #previous: LauncherChild | null = null;
  #isClosed = false;

  constructor(options: LauncherOptions) {
    this.#options = options;
  }

  /** Pid of the present launcher process; 0 when there is none. */
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Starts the launcher process, so that the first servlet need not wait for it. Throws VILI_FORK_FAILED. */
  open(): void {
    this.#current();
  }

  /**
   * Resolves when the servlet has started. Rejects with what `spawnServlet` throws, or VILI_KEEPER_LOST when the launcher
   * process ends meanwhile or cannot be started.
   */
  async spawn(options: LaunchedOptions): Promise<LaunchedServlet> {
    if (this.#isClosed) throw launcherLost(options, 'Vili stops');
    let child: LauncherChild;
    try {
      child = this.#current();
    } catch (error) {
      throw launcherLost(options, messageOf(error));
    }
    return child.spawn(options);
  }

  /** What the servlets take, all at the same moment; without those of which nothing is known now. */
  async usages(): Promise<Usages> {
    return (await this.#child?.usages()) ?? new Map();
  }

  /**
   * Opens the door of the launcher process for the next Vili; null when there is no process. Until `keep` nothing of its
   * servlets is heard here. Throws VILI_KEEPER_LOST.
   */
  async pass(): Promise<PassedLauncher | null> {
    if (this.#child === null) return null;
    return { pid: this.#child.pid, door: await this.#child.pass() };
  }

  /** The next Vili did not come. */
  keep(): void {
    this.#child?.keep();
  }

  /** The next Vili has the launcher process; this one starts and ends nothing any more. */
  letGo(): void {
    this.#isClosed = true;
    this.#child?.letGo();
    this.#child = null;
  }

  /** In place of `open`: takes over the launcher process of the Vili before. Resolves to its servlets. Throws VILI_KEEPER_LOST. */
  async claim({ pid, door }: PassedLauncher): Promise<readonly LaunchedServlet[]> {
    const { child, servlets } = await LauncherChild.claim(this.#hooks(), pid, door);
    this.#child = child;
    return servlets;
  }

  /** Ends the launcher process, and with it whatever servlets are left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([this.#child?.close(), this.#previous?.cleared]);
  }

  // Private

  #current(): LauncherChild {
    this.#child ??= LauncherChild.start(this.#hooks());
    return this.#child;
  }

  #hooks(): LauncherHooks {
    const { now, onProblem, replyLimitMs = REPLY_LIMIT_MS, maskText } = this.#options;
    return {
      now,
      maskText,
      replyLimitMs,
      onEnd: (how) => {
        if (this.#isClosed) return;
        this.#previous = this.#child;
        this.#child = null;
        onProblem(`the launcher process has ended, and all servlets with it: ${how}`);
      },
    };
  }
}
