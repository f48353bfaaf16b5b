import type { LogBatch } from '../follow/batch.ts';

/** Windows open at once; a batch older than all of them is counted in the oldest. */
const OPEN_WINDOWS_MAX = 32;

export interface LogCounts {
  readonly errors: number;
  readonly warnings: number;
}

/** What both versions logged in the same span of time, in which requests were compared. */
export interface LogWindow {
  readonly atMs: number;
  readonly running: LogCounts;
  readonly testing: LogCounts;
}

type Side = 'running' | 'testing';

interface OpenWindow {
  running: LogCounts;
  testing: LogCounts;
  pairs: number;
}

/**
 * Sorts log batches of both versions into windows of equal span. A window closes one span after its
 * end, since batches arrive slightly late, and not before both logs were read to its end: what nobody
 * has read is no sign that nothing was logged. A window without a pair is discarded, so that a quiet
 * night proves nothing.
 */
export class LogWindows {
  readonly #spanMs: number;
  /** By the number of the span. Spans that were read at once have one window. */
  readonly #open = new Map<number, OpenWindow>();
  readonly #readToMs: Record<Side, number> = {
    running: Number.NEGATIVE_INFINITY,
    testing: Number.NEGATIVE_INFINITY,
  };

  constructor(spanMs: number) {
    this.#spanMs = spanMs;
  }

  pairsAt(atMs: number, count = 1): void {
    this.#windowAt(this.#indexOf(atMs)).pairs += count;
  }

  add(side: Side, batch: LogBatch): void {
    const counts = { errors: errorsOf(batch), warnings: batch.levels.warn };
    const isQuiet = counts.errors === 0;
    const window = isQuiet ? this.#windowAt(this.#indexOf(batch.toMs)) : this.#windowOf(batch);
    window[side] = sumOf(window[side], counts);
  }

  /** All that this side logged before was added. */
  readTo(side: Side, toMs: number): void {
    this.#readToMs[side] = Math.max(this.#readToMs[side], toMs);
  }

  /** The windows that are complete at `nowMs`, oldest first; each is returned once. */
  close(nowMs: number): readonly LogWindow[] {
    const readToMs = Math.min(this.#readToMs.running, this.#readToMs.testing);
    const closed: LogWindow[] = [];
    const oldestFirst = [...this.#open].sort(([one], [other]) => one - other);
    const lasts = new Map(oldestFirst.map(([index, window]) => [window, index]));
    for (const [index, window] of oldestFirst) {
      const last = lasts.get(window) ?? index;
      if ((last + 2) * this.#spanMs > nowMs || (last + 1) * this.#spanMs > readToMs) continue;
      this.#open.delete(index);
      const { running, testing, pairs } = window;
      if (index === last && pairs > 0) {
        closed.push({ atMs: index * this.#spanMs, running, testing });
      }
    }
    return closed;
  }

  // Private

  #indexOf(atMs: number): number {
    return Math.floor(atMs / this.#spanMs);
  }

  /**
   * Where a log was read only after several spans, nobody knows in which of them a line was written, and the others would
   * seem free of errors: they become one.
   */
  #windowOf({ fromMs, toMs }: LogBatch): OpenWindow {
    const to = this.#indexOf(toMs);
    const from = Math.max(this.#indexOf(fromMs) + 1, to - OPEN_WINDOWS_MAX + 1);
    const window = this.#windowAt(to);
    for (let index = from; index < to; index += 1) {
      const other = this.#open.get(index);
      if (other !== undefined && other !== window) this.#join(window, other);
      this.#open.set(index, window);
    }
    while (this.#open.size > OPEN_WINDOWS_MAX) this.#open.delete(Math.min(...this.#open.keys()));
    return window;
  }

  /** Another one may stand for several spans, too. */
  #join(window: OpenWindow, other: OpenWindow): void {
    window.pairs += other.pairs;
    window.running = sumOf(window.running, other.running);
    window.testing = sumOf(window.testing, other.testing);
    for (const [index, known] of this.#open) if (known === other) this.#open.set(index, window);
  }

  #windowAt(index: number): OpenWindow {
    const known = this.#open.get(index);
    if (known !== undefined) return known;
    if (this.#open.size >= OPEN_WINDOWS_MAX) {
      const oldest = Math.min(...this.#open.keys());
      const window = this.#open.get(oldest);
      if (window !== undefined && index < oldest) return window;
      this.#open.delete(oldest);
    }
    const none = { errors: 0, warnings: 0 };
    const window = { running: none, testing: none, pairs: 0 };
    this.#open.set(index, window);
    return window;
  }
}

export function errorsOf(batch: LogBatch): number {
  return batch.levels.error + batch.levels.fatal;
}

// Private

function sumOf(one: LogCounts, other: LogCounts): LogCounts {
  return { errors: one.errors + other.errors, warnings: one.warnings + other.warnings };
}
