import type { Cell } from '../life/cell.ts';
import { Pause } from '../life/deadline.ts';
import type { Incarnation } from '../life/incarnation.ts';
import type { Supervisor } from './supervisor.ts';

/** A child that ended by itself; `error` is undefined when it ended normally. */
export interface Failure {
  readonly cell: Cell;
  readonly life: Incarnation;
  readonly error: unknown;
}

/**
 * Takes failures one at a time: ends the group right to left, pauses, starts it left to right. A
 * start that fails is a failure again, and what was begun ends again. Between two attempts it hears
 * of further failures and of stops, as an OTP supervisor goes back to its loop.
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

  /** Something is to end: looks at once whether there is anything left to do. */
  wake(): void {
    this.#pause.wake();
  }

  // Private

  async #run(): Promise<void> {
    this.#running = true;
    let delayMs = 0;
    for (;;) {
      delayMs = Math.max(delayMs, await this.#takeFailures());
      if (this.#failures.length > 0) continue;
      if (this.#members().length === 0) break;
      for (const cell of this.#members().toReversed()) await this.#end(cell);
      if (!(await this.#pauseFor(delayMs))) continue;
      delayMs = 0;
      if (await this.#startGroup()) this.#group.clear();
    }
    this.#group.clear();
    this.#running = false;
  }

  /** Counts what was reported and widens the group; the longest pause of them. */
  async #takeFailures(): Promise<number> {
    let longestMs = 0;
    for (let next = this.#failures.shift(); next !== undefined; next = this.#failures.shift()) {
      const { cell, life } = next;
      // Ended for good, or already started again together with a sibling.
      if (cell.doomed || cell.life !== life || this.#supervisor.closing) continue;
      const group = this.#supervisor.groupOf(cell);
      const cost = this.#supervisor.count(next);
      if (cost === undefined) await this.#supervisor.giveUp(next);
      else cell.report({ type: 'backoff', ...cost }, life);
      for (const member of group) this.#group.add(member);
      longestMs = Math.max(longestMs, cost?.delayMs ?? 0);
    }
    return longestMs;
  }

  /** In start order, without those that end for good; none when the supervisor closes. */
  #members(): Cell[] {
    if (this.#supervisor.closing) return [];
    return this.#supervisor.children().filter((cell) => this.#group.has(cell) && !cell.doomed);
  }

  async #end(cell: Cell): Promise<void> {
    if (cell.doomed) return;
    if (cell.spec.restart === 'temporary') {
      await this.#supervisor.retire(cell, 'stopped');
      return;
    }
    cell.status = 'restarting';
    await cell.life?.end(true);
    if (!cell.doomed) cell.status = 'backoff';
  }

  /** False when there is something new to look at before the pause is over. */
  async #pauseFor(delayMs: number): Promise<boolean> {
    const untilMs = performance.now() + delayMs;
    do {
      if (this.#failures.length > 0 || this.#members().length === 0) return false;
      await this.#pause.sleep(Math.max(0, untilMs - performance.now()));
    } while (performance.now() < untilMs);
    return this.#failures.length === 0 && this.#members().length > 0;
  }

  /** False when one did not start. */
  async #startGroup(): Promise<boolean> {
    for (const cell of this.#members()) {
      if (cell.doomed || this.#supervisor.closing) continue;
      try {
        const life = await cell.bringUp();
        cell.restarts += 1;
        cell.report({ type: 'restarted', restarts: cell.restarts }, life);
      } catch (error) {
        if (cell.doomed || this.#supervisor.closing || cell.life === undefined) continue;
        cell.reportCrash(cell.life, 'starting', error, undefined);
        this.#failures.push({ cell, life: cell.life, error });
        return false;
      }
    }
    return true;
  }
}
