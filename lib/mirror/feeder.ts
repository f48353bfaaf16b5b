import type { Exchange } from '../gate/exchange.ts';
import {
  ALIGNMENT,
  type RecordBuffer,
  recordBuffer,
  recordBytes,
  writeRecord,
} from './exchange-codec.ts';

const BUFFERS = 4;
/** A batch that does not fill up is sent after so long. */
const FLUSH_MS = 2;

export interface FeederSettings {
  readonly batchBytes: number;
  /** Exchanges larger than a batch travel alone; so many bytes of them at once. */
  readonly queueBytes: number;
}

export type BatchSender = (buffer: SharedArrayBuffer, bytes: number) => void;

/** Packs exchanges into a few shared buffers, which the worker gives back when it has read them. */
export class Feeder {
  /** Rounded down to whole records. */
  readonly #batchBytes: number;
  readonly #queueBytes: number;
  readonly #send: BatchSender;
  readonly #free: RecordBuffer[] = [];
  #current: RecordBuffer | null = null;
  #used = 0;
  #largeBytes = 0;
  #timer: NodeJS.Timeout | null = null;
  /** What was collected should be sent, but fills up until another buffer is back. */
  #isOverdue = false;

  constructor(settings: FeederSettings, send: BatchSender) {
    this.#batchBytes = Math.floor(settings.batchBytes / ALIGNMENT) * ALIGNMENT;
    this.#queueBytes = settings.queueBytes;
    this.#send = send;
    for (let count = 0; count < BUFFERS; count++) {
      this.#free.push(recordBuffer(new SharedArrayBuffer(this.#batchBytes)));
    }
  }

  /** True when every buffer is with the worker. */
  isFull(): boolean {
    return this.#current === null && this.#free.length === 0;
  }

  /** Takes the exchange (null), or says why not. */
  add(exchange: Exchange): 'queue-full' | 'too-large' | null {
    const size = recordBytes(exchange);
    if (size > this.#batchBytes) return this.#addLarge(exchange, size);
    if (this.#current !== null && this.#used + size > this.#current.bytes.length) this.flush();
    this.#current ??= this.#free.pop() ?? null;
    if (this.#current === null) return 'queue-full';
    writeRecord(this.#current, this.#used, size, exchange);
    this.#used += size;
    this.#timer ??= setTimeout(() => this.#flushUnlessLast(), FLUSH_MS);
    return null;
  }

  /** The worker has read the buffer. */
  giveBack(shared: SharedArrayBuffer): void {
    if (shared.byteLength > this.#batchBytes) this.#largeBytes -= shared.byteLength;
    else this.#free.push(recordBuffer(shared));
    if (this.#isOverdue) this.flush();
  }

  /** Sends what has been collected. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#isOverdue = false;
    const batch = this.#current;
    if (batch === null) return;
    const used = this.#used;
    this.#current = null;
    this.#used = 0;
    this.#send(batch.shared, used);
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#current = null;
    this.#free.length = 0;
  }

  // Private

  /** With the last buffer gone nothing could be taken: a worker that starts or is busy gets fuller ones. */
  #flushUnlessLast(): void {
    if (this.#free.length > 0) this.flush();
    else this.#isOverdue = true;
  }

  #addLarge(exchange: Exchange, size: number): 'queue-full' | 'too-large' | null {
    if (size > this.#queueBytes) return 'too-large';
    if (this.#largeBytes + size > this.#queueBytes) return 'queue-full';
    const alone = recordBuffer(new SharedArrayBuffer(size));
    writeRecord(alone, 0, size, exchange);
    this.flush();
    this.#largeBytes += size;
    this.#send(alone.shared, size);
    return null;
  }
}
