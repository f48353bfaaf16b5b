import { backoffMs } from '../../runtime/backoff.ts';
import { ActorStopped, StartFailed } from '../errors.ts';
import type { Cell } from '../life/cell.ts';
import { Pause } from '../life/deadline.ts';
import { type FullBudget, RestartCounter } from './restart.ts';

/**
 * A new child until its first successful start: attempts and pauses under a budget of its own, so
 * that a child that cannot start costs its siblings nothing.
 */
export class FirstStart {
  readonly #cell: Cell;
  readonly #budget: FullBudget;
  readonly #counter: RestartCounter;
  readonly #pause = new Pause();
  #attempts = 0;

  constructor(cell: Cell, budget: FullBudget) {
    this.#cell = cell;
    this.#budget = budget;
    this.#counter = new RestartCounter(budget);
  }

  /** Throws StartFailed when the budget is used up, ActorStopped when it was stopped meanwhile. */
  async run(): Promise<void> {
    const cell = this.#cell;
    for (;;) {
      this.#attempts += 1;
      try {
        await cell.bringUp();
        return;
      } catch (error) {
        this.#throwWhenStopped();
        const delayMs = this.#count(error);
        cell.backOff();
        await this.#pause.sleep(delayMs);
        this.#throwWhenStopped();
      }
    }
  }

  /** Cuts the pause short, to check whether the child is to be stopped. */
  wake(): void {
    this.#pause.wake();
  }

  // Private

  #throwWhenStopped(): void {
    if (this.#cell.doomed) throw new ActorStopped(this.#cell.path, 'was stopped before it started');
  }

  #count(error: unknown): number {
    const { spec, path, life, runtime } = this.#cell;
    const { exhausted, nth } = this.#counter.failed(runtime.now(), undefined);
    if (life !== undefined) this.#cell.reporter.crash(life, 'starting', error);
    if (exhausted || spec.restart === 'temporary') {
      const failed = new StartFailed(path, this.#attempts, error);
      if (life !== undefined) this.#cell.reporter.report({ type: 'gave-up', error: failed }, life);
      throw failed;
    }
    const delayMs = backoffMs(this.#budget.backoff, nth, runtime.random());
    const failures = this.#attempts;
    if (life !== undefined)
      this.#cell.reporter.report({ type: 'backoff', delayMs, failures }, life);
    return delayMs;
  }
}
