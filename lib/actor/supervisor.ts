import type { Address } from './address.ts';
import type { Cell } from './cell.ts';
import { Pause } from './deadline.ts';
import { ActorStopped, RestartBudgetExhausted, StartFailed } from './errors.ts';
import type { Incarnation } from './incarnation.ts';
import { type Failure, Recovery } from './recovery.ts';
import {
  affected,
  backoffMs,
  resolveBudget,
  RestartCounter,
  type FullBudget,
  type SupervisionSpec,
} from './restart.ts';
import type { Runtime } from './runtime.ts';
import type { ChildSpec } from './spec.ts';
import { ViliError } from '../errors.ts';

/** The children of one actor (or of the system): starts, restarts and stops them. */
export class Supervisor {
  readonly runtime: Runtime;
  readonly path: string;
  readonly spec: SupervisionSpec;
  readonly #escalate: (error: unknown) => void;
  /** In start order. */
  readonly #cells = new Map<string, Cell>();
  readonly #counters = new Map<Cell, RestartCounter>();
  readonly #counter: RestartCounter;
  /** One for the whole group, or one per child under one_for_one, where nobody waits for another. */
  readonly #recoveries = new Map<Cell | undefined, Recovery>();
  readonly #firstStarts = new Map<Cell, Pause>();
  #closing: Promise<void> | undefined;

  constructor(
    runtime: Runtime,
    path: string,
    spec: SupervisionSpec,
    escalate: (error: unknown) => void,
  ) {
    this.runtime = runtime;
    this.path = path;
    this.spec = spec;
    this.#escalate = escalate;
    this.#counter = new RestartCounter(spec);
  }

  get closing(): boolean {
    return this.#closing !== undefined;
  }

  find(name: string): Cell | undefined {
    return this.#cells.get(name);
  }

  children(): readonly Cell[] {
    return [...this.#cells.values()];
  }

  /** Starts a child as the last one; see `Self.spawn`. */
  async spawn<N>(spec: ChildSpec<N>, correlation: string | undefined): Promise<Address<N>> {
    const before = this.#cells.get(spec.name);
    if (before?.doomed === true) await before.stopForGood('stopped');
    if (this.closing) throw new ActorStopped(this.path, 'ends and starts no child');
    const path = `${this.path}/${spec.name}`;
    if (this.#cells.has(spec.name) && this.#cells.get(spec.name) !== before) throw taken(path);
    if (before !== undefined && !before.doomed) throw taken(path);
    const cell = this.runtime.createCell(path, spec, this, correlation);
    const budget = this.budgetOf(cell);
    this.#cells.set(spec.name, cell);
    await this.#firstStart(cell, budget);
    return cell.address;
  }

  childFailed(cell: Cell, life: Incarnation, error: unknown): void {
    if (this.closing || cell.doomed) return;
    if (cell.spec.restart === 'temporary') void this.retire(cell, 'crashed', error);
    else this.#recover({ cell, life, error });
  }

  childExited(cell: Cell, life: Incarnation): void {
    if (this.closing || cell.doomed) return;
    if (cell.spec.restart !== 'permanent') void this.retire(cell, 'stopped');
    else this.#recover({ cell, life, error: undefined });
  }

  async stopChild(name: string): Promise<void> {
    const cell = this.#cells.get(name);
    if (cell !== undefined) await this.retire(cell, 'stopped');
  }

  /** Ends all children, the last started first. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  // For its recoveries

  async retire(cell: Cell, reason: 'stopped' | 'crashed', error?: unknown): Promise<void> {
    const stopped = cell.stopForGood(reason, error);
    this.#firstStarts.get(cell)?.wake();
    this.#recoveries.get(this.#keyOf(cell))?.wake();
    await stopped;
    this.#forget(cell);
  }

  budgetOf(cell: Cell): FullBudget {
    return resolveBudget(cell.path, this.spec as FullBudget, cell.spec.restarts);
  }

  /** Counts a failure; the pause before the restart, or undefined when the budget is used up. */
  count(failure: Failure): number | undefined {
    const { cell, life } = failure;
    const counter = this.#counterOf(cell);
    const { exhausted, nth } = counter.failed(this.runtime.now(), life.upSinceMs);
    if (exhausted) return undefined;
    return backoffMs(this.budgetOf(cell).backoff, nth, this.runtime.random());
  }

  /** The established children that end and start again with this one. */
  groupOf(cell: Cell): readonly Cell[] {
    return affected(this.spec.strategy, this.children(), cell).filter(
      (each) => each.established && !each.doomed,
    );
  }

  /** The budget is used up: ends the child, and with it (unless set otherwise) this supervisor. */
  async giveUp(failure: Failure): Promise<void> {
    const { cell, life, error } = failure;
    const { max, withinMs, onExhausted } = this.budgetOf(cell);
    const shared = cell.spec.restarts === undefined;
    const path = shared ? this.path : cell.path;
    const exhausted = new RestartBudgetExhausted(path, max, withinMs, error);
    cell.report({ type: 'gave-up', error: exhausted }, life);
    await this.retire(cell, 'crashed', error ?? exhausted);
    if (onExhausted === 'end' || this.closing) return;
    await this.close();
    this.#escalate(exhausted);
  }

  // Private

  #recover(failure: Failure): void {
    const key = this.#keyOf(failure.cell);
    let recovery = this.#recoveries.get(key);
    if (recovery === undefined) {
      recovery = new Recovery(this);
      this.#recoveries.set(key, recovery);
    }
    recovery.report(failure);
  }

  #keyOf(cell: Cell): Cell | undefined {
    return this.spec.strategy === 'one_for_one' ? cell : undefined;
  }

  #counterOf(cell: Cell): RestartCounter {
    const own = cell.spec.restarts !== undefined;
    if (!own) return this.#counter;
    let counter = this.#counters.get(cell);
    if (counter === undefined) {
      counter = new RestartCounter(this.budgetOf(cell));
      this.#counters.set(cell, counter);
    }
    return counter;
  }

  async #firstStart(cell: Cell, budget: FullBudget): Promise<void> {
    const pause = new Pause();
    const counter = new RestartCounter(budget);
    this.#firstStarts.set(cell, pause);
    try {
      for (let attempts = 1; ; attempts += 1) {
        try {
          await cell.bringUp();
          return;
        } catch (error) {
          if (cell.doomed) throw new ActorStopped(cell.path, 'was stopped before it started');
          await this.#startAgain(cell, counter, budget, pause, attempts, error);
        }
      }
    } finally {
      this.#firstStarts.delete(cell);
    }
  }

  /** Waits for the next attempt, or ends the child and throws. */
  async #startAgain(
    cell: Cell,
    counter: RestartCounter,
    budget: FullBudget,
    pause: Pause,
    attempts: number,
    error: unknown,
  ): Promise<void> {
    const { exhausted, nth } = counter.failed(this.runtime.now(), undefined);
    const { life } = cell;
    if (life !== undefined) cell.reportCrash(life, 'starting', error, undefined);
    if (exhausted || cell.spec.restart === 'temporary') {
      const failed = new StartFailed(cell.path, attempts, error);
      if (life !== undefined) cell.report({ type: 'gave-up', error: failed }, life);
      await this.retire(cell, 'crashed', error);
      throw failed;
    }
    const delayMs = backoffMs(budget.backoff, nth, this.runtime.random());
    if (life !== undefined) cell.report({ type: 'backoff', delayMs, failures: attempts }, life);
    cell.status = 'backoff';
    await pause.sleep(delayMs);
    if (cell.doomed) throw new ActorStopped(cell.path, 'was stopped before it started');
  }

  async #close(): Promise<void> {
    for (const recovery of this.#recoveries.values()) recovery.wake();
    for (let last = this.#last(); last !== undefined; last = this.#last()) {
      await this.retire(last, 'stopped');
      this.#forget(last);
    }
  }

  #last(): Cell | undefined {
    return [...this.#cells.values()].at(-1);
  }

  #forget(cell: Cell): void {
    if (this.#cells.get(cell.spec.name) === cell) this.#cells.delete(cell.spec.name);
    this.#counters.delete(cell);
    this.#recoveries.delete(cell);
  }
}

// Private

function taken(path: string): ViliError {
  return new ViliError('VILI_ACTOR_EXISTS', `${path} exists already`);
}
