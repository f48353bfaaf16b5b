import { ViliError } from '../../errors.ts';
import { backoffMs } from '../../runtime/backoff.ts';
import type { Address } from '../address.ts';
import type { ChildSpec } from '../behaviour.ts';
import { ActorStopped, RestartBudgetExhausted, StartFailed } from '../errors.ts';
import { Cell, type Children, type Parent } from '../life/cell.ts';
import { settlesWithin } from '../life/deadline.ts';
import type { Life } from '../life/reporter.ts';
import type { Runtime } from '../runtime.ts';
import { FirstStart } from './first-start.ts';
import { type Cost, type Failure, Recovery, type RecoveryOwner } from './recovery.ts';
import {
  affected,
  type FullBudget,
  RestartCounter,
  resolveBudget,
  type SupervisionSpec,
} from './restart.ts';

/** The children of one actor (or of the system): starts, restarts and stops them. */
export class Supervisor implements Children, Parent, RecoveryOwner {
  readonly #runtime: Runtime;
  readonly #path: string;
  readonly #spec: SupervisionSpec;
  readonly #escalate: (error: unknown) => void;
  /** In start order. */
  readonly #cells = new Map<string, Cell>();
  readonly #shared: RestartCounter;
  readonly #own = new Map<Cell, RestartCounter>();
  /** One for the whole group, or one per child under one_for_one, where nobody waits for another. */
  readonly #recoveries = new Map<Cell | undefined, Recovery>();
  readonly #firstStarts = new Map<Cell, FirstStart>();
  #closed = false;
  #closing: Promise<void> | undefined;

  /** `escalate` is called when the budget is used up and all children are stopped. */
  constructor(
    runtime: Runtime,
    path: string,
    spec: SupervisionSpec,
    escalate: (error: unknown) => void,
  ) {
    this.#runtime = runtime;
    this.#path = path;
    this.#spec = spec;
    this.#escalate = escalate;
    this.#shared = new RestartCounter(spec);
  }

  get closing(): boolean {
    return this.#closed;
  }

  /** All its children have ended; it takes no others. */
  get over(): boolean {
    return this.#closed && this.#cells.size === 0;
  }

  find(name: string): Cell | undefined {
    return this.#cells.get(name);
  }

  children(): readonly Cell[] {
    return [...this.#cells.values()];
  }

  /**
   * Starts a child as the last one; see `Self.spawn`. A name whose actor is being stopped is free
   * when that has ended, so old and new never run side by side.
   */
  async spawn<N>(spec: ChildSpec<N>, correlation: string | undefined): Promise<Address<N>> {
    const path = `${this.#path}/${spec.name}`;
    const before = this.#cells.get(spec.name);
    if (before?.doomed === true) await this.retire(before, 'stopped');
    if (this.closing) throw new ActorStopped(this.#path, 'ends and starts no child');
    if (this.#cells.has(spec.name)) {
      throw new ViliError('VILI_ACTOR_EXISTS', `${path} exists already`);
    }
    const cell = new Cell(this.#runtime, path, spec, this, correlation);
    const first = new FirstStart(cell, this.budgetOf(cell));
    this.#cells.set(spec.name, cell);
    this.#firstStarts.set(cell, first);
    try {
      await first.run();
    } catch (error) {
      const cause = error instanceof StartFailed ? error.cause : undefined;
      await this.retire(cell, 'crashed', cause);
      throw error;
    } finally {
      this.#firstStarts.delete(cell);
    }
    return cell.address;
  }

  childFailed(cell: Cell, life: Life, error: unknown): void {
    if (this.closing || cell.doomed) return;
    if (cell.spec.restart === 'temporary') void this.retire(cell, 'crashed', error);
    else this.#recoveryOf(cell).report({ cell, life, error });
  }

  childExited(cell: Cell, life: Life): void {
    if (this.closing || cell.doomed) return;
    if (cell.spec.restart !== 'permanent') void this.retire(cell, 'stopped');
    else this.#recoveryOf(cell).report({ cell, life, error: undefined });
  }

  supervisorFor(
    path: string,
    spec: SupervisionSpec,
    escalate: (error: unknown) => void,
  ): Supervisor {
    return new Supervisor(this.#runtime, path, spec, escalate);
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

  /** The same with a limit, at which whatever is left is abandoned. */
  async closeWithin(limitMs: number): Promise<void> {
    if (await settlesWithin(this.close(), limitMs)) return;
    for (const cell of this.children().toReversed()) cell.abandon(limitMs);
    await this.close();
  }

  /** Ends a child for good and forgets it. */
  async retire(cell: Cell, reason: 'stopped' | 'crashed', error?: unknown): Promise<void> {
    const stopped = cell.stopForGood(reason, error);
    this.#firstStarts.get(cell)?.wake();
    this.#recoveries.get(this.#keyOf(cell))?.wake();
    await stopped;
    if (this.#cells.get(cell.spec.name) === cell) this.#cells.delete(cell.spec.name);
    this.#own.delete(cell);
    this.#recoveries.delete(cell);
  }

  /** The child's own budget, or that of all children together. */
  budgetOf(cell: Cell): FullBudget {
    const shared: FullBudget = this.#spec;
    return resolveBudget(cell.path, shared, cell.spec.restarts);
  }

  /** Counts a failure; undefined when the budget is used up. */
  count(failure: Failure): Cost | undefined {
    const { cell, life } = failure;
    const { exhausted, nth } = this.#counterOf(cell).failed(this.#runtime.now(), life.upSinceMs);
    if (exhausted) return undefined;
    const delayMs = backoffMs(this.budgetOf(cell).backoff, nth, this.#runtime.random());
    return { delayMs, failures: nth + 1 };
  }

  /** The children that end and start again with this one; not those in their first start. */
  groupOf(cell: Cell): readonly Cell[] {
    const group = affected(this.#spec.strategy, this.children(), cell);
    return group.filter((each) => each.established && !each.doomed);
  }

  /** The budget is used up: ends the child, and with it (unless set otherwise) all others. */
  async giveUp(failure: Failure): Promise<void> {
    const { cell, life, error } = failure;
    const { max, withinMs, onExhausted } = this.budgetOf(cell);
    const path = cell.spec.restarts === undefined ? this.#path : cell.path;
    const exhausted = new RestartBudgetExhausted(path, max, withinMs, error);
    cell.reporter.report({ type: 'gave-up', error: exhausted }, life);
    await this.retire(cell, 'crashed', error ?? exhausted);
    if (onExhausted === 'end' || this.closing) return;
    await this.close();
    this.#escalate(exhausted);
  }

  // Private

  /** Under one_for_one no child waits for the pause of another; else failures are handled one by one. */
  #keyOf(cell: Cell): Cell | undefined {
    return this.#spec.strategy === 'one_for_one' ? cell : undefined;
  }

  #recoveryOf(cell: Cell): Recovery {
    const key = this.#keyOf(cell);
    let recovery = this.#recoveries.get(key);
    if (recovery === undefined) {
      recovery = new Recovery(this);
      this.#recoveries.set(key, recovery);
    }
    return recovery;
  }

  #counterOf(cell: Cell): RestartCounter {
    if (cell.spec.restarts === undefined) return this.#shared;
    let counter = this.#own.get(cell);
    if (counter === undefined) {
      counter = new RestartCounter(this.budgetOf(cell));
      this.#own.set(cell, counter);
    }
    return counter;
  }

  async #close(): Promise<void> {
    this.#closed = true;
    for (const cell of this.children().toReversed()) await this.retire(cell, 'stopped');
    for (const recovery of this.#recoveries.values()) recovery.wake();
  }
}
