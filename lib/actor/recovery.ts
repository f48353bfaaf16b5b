import type { Cell } from './cell.ts';
import { Pause } from './deadline.ts';
import type { Incarnation } from './incarnation.ts';
import type { Supervisor } from './supervisor.ts';

/** A child that ended by itself; `error` is undefined when it ended normally. */
export interface Failure {
  readonly cell: Cell;
  readonly life: Incarnation;
  readonly error: unknown;
}

/**
 * Takes failures one at a time: ends the group right to left, pauses, starts it left to right. A
 * start that fails is a failure again. Between two attempts it hears of further failures and of
 * stops, as an OTP supervisor goes back to its loop.
 */
export class Recovery {
  readonly #supervisor: Supervisor;
  readonly #failures: Failure[] = [];
  readonly #pause = new Pause();
  readonly #group = new Set<Cell>();
  #running = false;

  constructor(supervisor: Supervisor) {
    this.#supervisor = supervisor;
  }

  report(failure: Failure): void {
    this.#failures.push(failure);
    if (this.#running) this.#pause.wake();
    else void this.#run();
  }

  /** Something is to end: looks at once whether it must go on. */
  wake(): void {
    this.#pause.wake();
  }

  // Private

  async #run(): Promise<void> {
    this.#running = true;
    while (!this.#supervisor.closing) {
      const delayMs = await this.#takeFailures();
      if (this.#supervisor.closing || this.#members().length === 0) break;
      for (const cell of this.#members().toReversed()) await this.#end(cell);
      await this.#pauseFor(delayMs);
      if (this.#failures.length > 0 || this.#supervisor.closing) continue;
      if (await this.#startGroup()) this.#group.clear();
    }
    this.#running = false;
  }

  /** Counts what was reported and widens the group; the longest pause of them. */
  async #takeFailures(): Promise<number> {
    let longestMs = 0;
    for (let next = this.#failures.shift(); next !== undefined; next = this.#failures.shift()) {
      const { cell, life } = next;
      // Already ended, or already restarted together with a sibling.
      if (cell.doomed || cell.life !== life) continue;
      const delayMs = this.#supervisor.count(next);
      const group = this.#supervisor.groupOf(cell);
      if (delayMs === undefined) await this.#supervisor.giveUp(next);
      else cell.report({ type: 'backoff', delayMs, failures: 1 }, life);
      if (this.#supervisor.closing) return 0;
      for (const member of group) this.#group.add(member);
      longestMs = Math.max(longestMs, delayMs ?? 0);
    }
    return longestMs;
  }

  /** In start order, without those that were stopped meanwhile. */
  #members(): Cell[] {
    return this.#supervisor.children().filter((cell) => this.#group.has(cell) && !cell.doomed);
  }

  async #end(cell: Cell): Promise<void> {
    if (cell.spec.restart === 'temporary') {
      await this.#supervisor.retire(cell, 'stopped');
      return;
    }
    cell.status = 'restarting';
    await cell.life?.end(true);
    if (!cell.doomed) cell.status = 'backoff';
  }

  async #pauseFor(delayMs: number): Promise<void> {
    if (this.#failures.length > 0 || this.#supervisor.closing) return;
    await this.#pause.sleep(delayMs);
  }

  /** False when one did not start; then those begun before it end again in the next round. */
  async #startGroup(): Promise<boolean> {
    for (const cell of this.#members()) {
      if (cell.doomed) continue;
      try {
        const life = await cell.bringUp();
        cell.restarts += 1;
        cell.report({ type: 'restarted', restarts: cell.restarts }, life);
      } catch (error) {
        if (cell.doomed || this.#supervisor.closing) continue;
        const { life } = cell;
        if (life === undefined) continue;
        cell.reportCrash(life, 'starting', error, undefined);
        this.#failures.push({ cell, life, error });
        return false;
      }
    }
    return true;
  }
}
