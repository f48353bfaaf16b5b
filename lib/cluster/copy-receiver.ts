import { readRecord, recordBuffer, recordSizeAt } from '../mirror/wire/codec.ts';
import type { DropReason } from '../mirror/wire/protocol.ts';
import type { Exchange } from '../model/exchange.ts';
import { totalOf } from './sums.ts';

const SCRATCH_BYTES = 262_144;

/** The far side as it meets the copies of all gate processes. */
export interface CopySink {
  readonly sink: { submit(exchange: Exchange): void };
  /** Counts copies that a gate process dropped. */
  drop(reason: DropReason, count: number): void;
  /** Why a copy would be dropped now, or null. */
  refusal(): DropReason | null;
  /** Whether users leave no time in a gate process. */
  usersBusy(isBusy: boolean): void;
}

const scratch = recordBuffer(new SharedArrayBuffer(SCRATCH_BYTES));

/** Hands the copies of one gate process to the far side, and knows how many there were. */
export class CopyReceiver {
  readonly #mirror: CopySink;
  #submitted = 0;
  #dropped: Readonly<Partial<Record<DropReason, number>>> = {};

  constructor(mirror: CopySink) {
    this.#mirror = mirror;
  }

  /** Copies handed over or dropped so far. */
  get copies(): number {
    return this.#submitted + totalOf(this.#dropped);
  }

  /** Whole records, as they came out of a message. */
  take(records: Uint8Array): void {
    const source = aligned(records);
    let offset = 0;
    while (offset < records.byteLength) {
      const exchange = readRecord(source, offset);
      offset += recordSizeAt(source, offset);
      this.#submitted++;
      this.#mirror.sink.submit(exchange);
    }
  }

  /** `dropped` are sums since the process started. */
  takeDropped(dropped: Readonly<Partial<Record<DropReason, number>>>): void {
    for (const reason of Object.keys(dropped) as DropReason[]) {
      const more = (dropped[reason] ?? 0) - (this.#dropped[reason] ?? 0);
      if (more > 0) this.#mirror.drop(reason, more);
    }
    this.#dropped = dropped;
  }
}

// Private

/** Records are read through typed arrays, which must begin at a multiple of 8; messages do not. */
function aligned(records: Uint8Array): typeof scratch {
  if (records.byteLength > SCRATCH_BYTES) {
    const alone = recordBuffer(new SharedArrayBuffer(records.byteLength));
    alone.bytes.set(records);
    return alone;
  }
  scratch.bytes.set(records);
  return scratch;
}
