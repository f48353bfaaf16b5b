import type { Exit } from '../process/exit.ts';
import type { ProcessIdentity } from '../process/identity.ts';
import type { Servlet } from '../process/registry.ts';
import type { StopOptions, StopReport } from '../process/spawn.ts';
import type { Born } from './protocol.ts';

type Survivors = readonly ProcessIdentity[];

/** A servlet in the hands of the keeper, as Vili sees it. */
export class LaunchedServlet implements Servlet {
  readonly id: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly exited: Promise<Exit>;
  readonly #identity: ProcessIdentity | null;
  readonly #askToStop: (options: StopOptions) => void;
  #exit: Exit | null = null;
  #survivors: Promise<Survivors> = Promise.resolve([]);
  #resolveExited: (exit: Exit) => void = () => {};
  #resolveStopped: (report: StopReport | null) => void = () => {};
  #stopping: Promise<StopReport> | null = null;
  #awaitsReport = false;

  constructor(id: string, born: Born, askToStop: (options: StopOptions) => void) {
    this.id = id;
    this.pid = born.pid;
    this.startedAt = born.startedAt;
    this.#identity = born.identity;
    this.#askToStop = askToStop;
    this.exited = new Promise((resolve) => (this.#resolveExited = resolve));
  }

  /** Nothing more is to come from the keeper. */
  get isOver(): boolean {
    return this.#exit !== null && !this.#awaitsReport;
  }

  identity(): ProcessIdentity | null {
    return this.#identity;
  }

  /** Calls that come while it is stopping, or later, share one result. */
  stop(options: StopOptions): Promise<StopReport> {
    this.#stopping ??= this.#stop(options);
    return this.#stopping;
  }

  /** The keeper says that it is gone, or the keeper itself is: then its family is still being ended. */
  ended(exit: Exit, survivors: Promise<Survivors>): void {
    this.#exit = exit;
    this.#survivors = survivors;
    this.#resolveExited(exit);
  }

  /** The keeper's answer; null when the servlet had ended before. */
  stopped(report: StopReport | null): void {
    this.#awaitsReport = false;
    this.#resolveStopped(report);
  }

  // Private

  async #stop(options: StopOptions): Promise<StopReport> {
    let report: StopReport | null = null;
    if (this.#exit === null) {
      this.#awaitsReport = true;
      const answer = new Promise<StopReport | null>((resolve) => (this.#resolveStopped = resolve));
      this.#askToStop(options);
      report = await answer;
    }
    if (report !== null) return report;
    return { exit: this.#exit, killed: false, survivors: await this.#survivors, tookMs: 0 };
  }
}
