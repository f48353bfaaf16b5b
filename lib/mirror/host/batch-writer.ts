import type { Exchange } from '../../model/exchange.ts';
import { BATCH_HEAD_BYTES, createBatch, handOver, isWithWorker } from '../wire/batch.ts';
import { type RecordBuffer, recordBytes, writeRecord } from '../wire/codec.ts';

/** A batch that does not fill up is sent after this time. */
const FLUSH_MS = 2;

/** The worker reads the records before `end`, and gives the batch back. */
export type BatchSender = (batch: SharedArrayBuffer, end: number) => void;

/**
 * Packs exchanges into a few shared batches. The batch itself shows that the worker has read it: a
 * message would wake the users' event loop hundreds of times a second.
 */
export class BatchWriter {
  /** Bytes of records that fit into a batch. */
  readonly #batchBytes: number;
  readonly #queueBytes: number;
  readonly #send: BatchSender;
  #batches: readonly RecordBuffer[];
  #current: RecordBuffer | null = null;
  #end = BATCH_HEAD_BYTES;
  #large: RecordBuffer[] = [];
  #timer: NodeJS.Timeout | null = null;

  /** `queueBytes` bounds the exchanges that are larger than a batch, which travel alone. */
  constructor(batches: readonly RecordBuffer[], queueBytes: number, send: BatchSender) {
    this.#batches = batches;
    this.#batchBytes = (batches[0]?.bytes.length ?? BATCH_HEAD_BYTES) - BATCH_HEAD_BYTES;
    this.#queueBytes = queueBytes;
    this.#send = send;
  }

  /** True when every batch is with the worker. */
  isFull(): boolean {
    return this.#current === null && this.#free() === null;
  }

  /** Takes the exchange (null), or returns why not; `isNote`: it is no copy. */
  add(exchange: Exchange, isNote = false): 'queue-full' | 'too-large' | null {
    const size = recordBytes(exchange);
    if (size > this.#batchBytes) return isNote ? 'too-large' : this.#addLarge(exchange, size);
    if (this.#current !== null && this.#end + size > this.#current.bytes.length) this.flush();
    this.#current ??= this.#free();
    if (this.#current === null) return 'queue-full';
    writeRecord(this.#current, this.#end, size, exchange, isNote);
    this.#end += size;
    this.#timer ??= setTimeout(() => this.#flushUnlessLast(), FLUSH_MS);
    return null;
  }

  /** Sends what has been collected. */
  flush(): void {
    this.#stopTimer();
    if (this.#large.length > 0) this.#large = this.#large.filter(isWithWorker);
    const batch = this.#current;
    if (batch === null) return;
    const end = this.#end;
    this.#current = null;
    this.#end = BATCH_HEAD_BYTES;
    handOver(batch);
    this.#send(batch.shared, end);
  }

  close(): void {
    this.#stopTimer();
    this.#current = null;
    this.#batches = [];
    this.#large = [];
  }

  // Private

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #free(): RecordBuffer | null {
    for (const batch of this.#batches) {
      if (batch !== this.#current && !isWithWorker(batch)) return batch;
    }
    return null;
  }

  /** Keeps the last batch, without which nothing could be taken: a busy worker gets fuller ones. */
  #flushUnlessLast(): void {
    this.#timer = null;
    if (this.#free() !== null) this.flush();
    else this.#timer = setTimeout(() => this.#flushUnlessLast(), FLUSH_MS);
  }

  #addLarge(exchange: Exchange, size: number): 'queue-full' | 'too-large' | null {
    if (size > this.#queueBytes) return 'too-large';
    this.flush();
    const waiting = this.#large.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (waiting + size > this.#queueBytes) return 'queue-full';
    const alone = createBatch(size);
    writeRecord(alone, BATCH_HEAD_BYTES, size, exchange);
    this.#large.push(alone);
    handOver(alone);
    this.#send(alone.shared, BATCH_HEAD_BYTES + size);
    return null;
  }
}
