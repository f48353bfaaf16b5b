/** What one ring looks like in a file: its slots, then its values, point by point. */
export interface RingData {
  readonly slots: Float64Array;
  readonly values: Float32Array;
}

/**
 * Points by time, the newest so many. A slot is a time divided by the step: reading asks by slot, so that gaps, and a
 * clock that is set forward or back, need no special care.
 */
export class Ring {
  readonly points: number;
  readonly columns: number;
  readonly #slots: Float64Array;
  readonly #values: Float32Array;

  constructor(points: number, columns: number) {
    this.points = points;
    this.columns = columns;
    this.#slots = new Float64Array(points).fill(-1);
    this.#values = new Float32Array(points * columns).fill(Number.NaN);
  }

  /** `values` has one number for each column; NaN: not known. */
  write(slot: number, values: ArrayLike<number>): void {
    const index = slot % this.points;
    this.#slots[index] = slot;
    this.#values.set(values, index * this.columns);
  }

  /** Whether a point was written there. */
  has(slot: number): boolean {
    return slot >= 0 && this.#slots[slot % this.points] === slot;
  }

  /** Null: not known, or nothing was written there. */
  read(slot: number, column: number): number | null {
    if (!this.has(slot)) return null;
    const value = this.#values[(slot % this.points) * this.columns + column] ?? Number.NaN;
    return Number.isFinite(value) ? value : null;
  }

  /** The memory of the ring itself: what is written later changes it. */
  get data(): RingData {
    return { slots: this.#slots, values: this.#values };
  }
}
