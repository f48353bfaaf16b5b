import { ALIGNMENT, type RecordBuffer, recordBuffer } from './codec.ts';

/** Records follow the word that names the owner of the batch. */
export const BATCH_HEAD_BYTES = ALIGNMENT;
const OWNER = 0;
const WRITER = 0;
const WORKER = 1;

/** A batch for this many bytes of records, which two threads use in turn without a message. */
export function createBatch(recordsBytes: number): RecordBuffer {
  return recordBuffer(new SharedArrayBuffer(BATCH_HEAD_BYTES + recordsBytes));
}

/** From now on only the worker reads and writes the batch. */
export function handOver(batch: RecordBuffer): void {
  Atomics.store(batch.integers, OWNER, WORKER);
}

/** Called by the worker when it has read everything. */
export function giveBack(batch: RecordBuffer): void {
  Atomics.store(batch.integers, OWNER, WRITER);
}

export function isWithWorker(batch: RecordBuffer): boolean {
  return Atomics.load(batch.integers, OWNER) === WORKER;
}
