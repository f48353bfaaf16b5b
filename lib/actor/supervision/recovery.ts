import type { Cell } from '../life/cell.ts';
import { Pause } from '../life/deadline.ts';
import type { Life } from '../life/reporter.ts';

/** A child that ended by itself; `error` is undefined when it ended normally. */
export interface Failure {
  readonly cell: Cell;
  readonly life: Life;
  readonly error: unknown;
}

/** What a failure costs: the pause before the restart, as number `failures` in a row. */
export interface Cost {
  readonly delayMs: number;
  readonly failures: number;
}

/** The supervisor whose children are recovered. */
export interface RecoveryOwner {
  readonly closing: boolean;
  /** In start order. */
  children(): readonly Cell[];
  /** The children that end and start again with this one; not those in their first start. */
  groupOf(cell: Cell): readonly Cell[];
  /** Counts a failure; undefined when the budget is used up. */
  count(failure: Failure): Cost | undefined;
  /** The budget is used up: ends the child, and with it (unless set otherwise) all others. */
  giveUp(failure: Failure): Promise<void>;
  /** Ends a child for good and forgets it. */
  retire(cell: Cell, reason: 'stopped' | 'crashed', error?: unknown): Promise<void>;
}

/**
 * Takes failures one at a time: ends the group right to left, pauses, starts it left to right. A
 * start that fails is a failure again, and what was begun ends again. Between two attempts it hears
 * of further failures and of stops, as an OTP supervisor goes back to its loop.
 */
export class Recovery {
  readonly #supervisor: RecoveryOwner;
  readonly #failures: Failure[] = [];
  readonly #pause = new Pause();
  readonly #group = new Set<Cell>();
  #running = false;

  constructor(supervisor: RecoveryOwner) {
    this.#supervisor = supervisor;
  }

  report(failure: Failure): void {
    this.#failures.push(failure);
    if (this.#running) this.#pause.wake();
    else void this.#run();
  }

  /** Something is to end: checks at once whether anything is left to do. */
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

  /** Counts the reported failures and widens the group; returns their longest pause. */
  async #takeFailures(): Promise<number> {
    let longestMs = 0;
    for (let next = this.#failures.shift(); next !== undefined; next = this.#failures.shift()) {
      const { cell, life } = next;
      // Ended for good, or already started again together with a sibling.
      if (cell.doomed || cell.life !== life || this.#supervisor.closing) continue;
      const group = this.#supervisor.groupOf(cell);
      const cost = this.#supervisor.count(next);
      if (cost === undefined) await this.#supervisor.giveUp(next);
      else cell.reporter.report({ type: 'backoff', ...cost }, life);
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
    if (cell.spec.restart === 'temporary') await this.#supervisor.retire(cell, 'stopped');
    else await cell.bringDown();
  }

  /** False when something new needs attention before the pause is over. */
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
        await cell.restart();
      } catch (error) {
        if (cell.doomed || this.#supervisor.closing || cell.life === undefined) continue;
        cell.reporter.crash(cell.life, 'starting', error);
        this.#failures.push({ cell, life: cell.life, error });
        return false;
      }
    }
    return true;
  }
}
