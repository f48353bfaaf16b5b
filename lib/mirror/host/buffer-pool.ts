import { createBatch, giveBack } from '../wire/batch.ts';
import { ALIGNMENT, type RecordBuffer } from '../wire/codec.ts';

const BATCHES = 4;

/**
 * The batches of a far side, kept from one worker to the next: the system gets shared memory back late, and each
 * test would take its own. Only two workers at once, one of them ending, have two sets.
 */
export class BufferPool {
  /** Of each; whole records only. */
  readonly #batchBytes: number;
  #kept: readonly RecordBuffer[] | null = null;

  constructor(batchBytes: number) {
    this.#batchBytes = Math.floor(batchBytes / ALIGNMENT) * ALIGNMENT;
  }

  take(): readonly RecordBuffer[] {
    const kept = this.#kept;
    this.#kept = null;
    return kept ?? Array.from({ length: BATCHES }, () => createBatch(this.#batchBytes));
  }

  /** To be called when the worker that had them is gone. */
  putBack(batches: readonly RecordBuffer[]): void {
    for (const batch of batches) giveBack(batch);
    this.#kept = batches;
  }
}
