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

interface OpenWindow {
  running: LogCounts;
  testing: LogCounts;
  pairs: number;
}

/**
 * Sorts log batches of both versions into windows of equal span. A window closes one span after its
 * end, since batches arrive slightly late. A window without a pair is discarded, so that a quiet
 * night proves nothing.
 */
export class LogWindows {
  readonly #spanMs: number;
  readonly #open = new Map<number, OpenWindow>();

  constructor(spanMs: number) {
    this.#spanMs = spanMs;
  }

  pairsAt(atMs: number, count = 1): void {
    this.#windowAt(atMs).pairs += count;
  }

  add(side: 'running' | 'testing', batch: LogBatch): void {
    const window = this.#windowAt(batch.toMs);
    const errors = window[side].errors + errorsOf(batch);
    window[side] = { errors, warnings: window[side].warnings + batch.levels.warn };
  }

  /** The windows that are complete at `nowMs`, oldest first; each is returned once. */
  close(nowMs: number): readonly LogWindow[] {
    const closed: LogWindow[] = [];
    const oldestFirst = [...this.#open].sort(([one], [other]) => one - other);
    for (const [index, { running, testing, pairs }] of oldestFirst) {
      if ((index + 2) * this.#spanMs > nowMs) continue;
      this.#open.delete(index);
      if (pairs > 0) closed.push({ atMs: index * this.#spanMs, running, testing });
    }
    return closed;
  }

  #windowAt(atMs: number): OpenWindow {
    const index = Math.floor(atMs / this.#spanMs);
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
