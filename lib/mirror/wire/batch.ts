import { ALIGNMENT, type RecordBuffer, recordBuffer } from './codec.ts';

/** Records begin behind the word that says whose the batch is. */
export const BATCH_HEAD_BYTES = ALIGNMENT;
const OWNER = 0;
const FEEDER = 0;
const WORKER = 1;

/** A batch for so many bytes of records, which two threads use in turn without telling each other. */
export function createBatch(recordsBytes: number): RecordBuffer {
  return recordBuffer(new SharedArrayBuffer(BATCH_HEAD_BYTES + recordsBytes));
}

/** From now on only the worker reads and writes it. */
export function handOver(batch: RecordBuffer): void {
  Atomics.store(batch.integers, OWNER, WORKER);
}

/** By the worker, when it has read everything. */
export function giveBack(batch: RecordBuffer): void {
  Atomics.store(batch.integers, OWNER, FEEDER);
}

export function isWithWorker(batch: RecordBuffer): boolean {
  return Atomics.load(batch.integers, OWNER) === WORKER;
}
