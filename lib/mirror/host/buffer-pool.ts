import { createBatch, giveBack } from '../wire/batch.ts';
import { ALIGNMENT, type RecordBuffer } from '../wire/codec.ts';

const BATCHES = 4;

/**
 * The batches of a mirror, kept from one worker to the next: the system reclaims shared memory late,
 * and each test would allocate its own. A second set exists only while one worker ends and another
 * has started.
 */
export class BufferPool {
  /** Bytes of each batch; whole records only. */
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

  /** Call it when the worker that had the batches is gone. */
  putBack(batches: readonly RecordBuffer[]): void {
    for (const batch of batches) giveBack(batch);
    this.#kept = batches;
  }
}
