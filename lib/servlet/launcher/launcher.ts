import { messageOf } from '../../errors.ts';
import { LauncherChild, launcherLost } from './child.ts';
import type { LaunchedServlet } from './launched-servlet.ts';
import type { LaunchedOptions } from './protocol.ts';

/** More than starting a servlet takes on the busiest host. */
const ANSWER_LIMIT_MS = 30_000;

export interface LauncherOptions {
  /** Wall clock, ms. */
  readonly now: () => number;
  readonly onProblem: (text: string) => void;
  readonly answerLimitMs?: number;
}

/**
 * Has servlets started, watched and ended by a small process of its own, the keeper. Each start is a fork, which
 * stops a process for the longer the more memory it has (5 to 10 ms at 200 MB), and each end a look at all
 * processes of the host: none of that is for the thread that users depend on. The keeper ends with Vili, and its
 * servlets' terminals with it. Should it end by itself, or be killed since it owes an answer for 30 s, its servlets
 * end, too, and the next start has a new one.
 */
export class ServletLauncher {
  readonly #options: LauncherOptions;
  #child: LauncherChild | null = null;
  /** The one before, whose servlets may still be ended. */
  #before: LauncherChild | null = null;
  #isClosed = false;

  constructor(options: LauncherOptions) {
    this.#options = options;
  }

  /** Of the keeper as it is now; 0 when there is none. */
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Starts the keeper itself, so that the first servlet need not wait for it. Throws VILI_FORK_FAILED. */
  open(): void {
    this.#current();
  }

  /**
   * Resolves when the servlet is started. Rejects with what `spawnServlet` throws, or VILI_KEEPER_LOST when the keeper
   * has ended meanwhile or cannot be started.
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

  /** Ends the keeper, and with it whatever servlets are left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([this.#child?.close(), this.#before?.cleared]);
  }

  // Private

  #current(): LauncherChild {
    this.#child ??= this.#start();
    return this.#child;
  }

  #start(): LauncherChild {
    const { now, onProblem, answerLimitMs = ANSWER_LIMIT_MS } = this.#options;
    const child = new LauncherChild({
      now,
      answerLimitMs,
      onEnd: (how) => {
        if (this.#isClosed) return;
        this.#before = child;
        this.#child = null;
        onProblem(`the process that keeps servlets has ended, and all servlets with it: ${how}`);
      },
    });
    return child;
  }
}
