import type { Exit } from '../process/exit.ts';
import type { ProcessIdentity } from '../process/identity.ts';
import type { Servlet } from '../process/registry.ts';
import type { StopOptions, StopReport } from '../process/servlet-process.ts';
import type { Birth } from './protocol.ts';

type Survivors = readonly ProcessIdentity[];

/** A servlet started by the launcher process, as seen from Vili's main process. */
export class LaunchedServlet implements Servlet {
  readonly id: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly exited: Promise<Exit>;
  readonly #identity: ProcessIdentity | null;
  readonly #requestStop: (options: StopOptions) => void;
  #exit: Exit | null = null;
  #survivors: Promise<Survivors> = Promise.resolve([]);
  #resolveExited: (exit: Exit) => void = () => {};
  #resolveStopped: (report: StopReport | null) => void = () => {};
  #stopping: Promise<StopReport> | null = null;
  #awaitsReport = false;

  constructor(id: string, birth: Birth, requestStop: (options: StopOptions) => void) {
    this.id = id;
    this.pid = birth.pid;
    this.startedAt = birth.startedAt;
    this.#identity = birth.identity;
    this.#requestStop = requestStop;
    this.exited = new Promise((resolve) => (this.#resolveExited = resolve));
  }

  /** True when no further message about this servlet is expected from the launcher process. */
  get isOver(): boolean {
    return this.#exit !== null && !this.#awaitsReport;
  }

  identity(): ProcessIdentity | null {
    return this.#identity;
  }

  /** Calls made while the servlet is stopping, or later, share one result. */
  stop(options: StopOptions): Promise<StopReport> {
    this.#stopping ??= this.#stop(options);
    return this.#stopping;
  }

  /** The servlet has ended, or the launcher process has; in that case its process tree is still being killed. */
  ended(exit: Exit, survivors: Promise<Survivors>): void {
    this.#exit = exit;
    this.#survivors = survivors;
    this.#resolveExited(exit);
  }

  /** The launcher process's reply to `stop`; null when the servlet had ended before. */
  stopped(report: StopReport | null): void {
    this.#awaitsReport = false;
    this.#resolveStopped(report);
  }

  // Private

  async #stop(options: StopOptions): Promise<StopReport> {
    if (this.#exit === null) {
      this.#awaitsReport = true;
      const reply = new Promise<StopReport | null>((resolve) => (this.#resolveStopped = resolve));
      this.#requestStop(options);
      const report = await reply;
      if (report !== null) return report;
    }
    return { exit: this.#exit, killed: false, survivors: await this.#survivors, tookMs: 0 };
  }
}
