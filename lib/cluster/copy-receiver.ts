import { type StateNote, unpackNote } from '../mirror/state/note.ts';
import { isNoteAt, readRecord, recordBuffer, recordSizeAt } from '../mirror/wire/codec.ts';
import type { DropReason } from '../mirror/wire/protocol.ts';
import type { Exchange } from '../model/exchange.ts';
import { totalOf } from './sums.ts';

const SCRATCH_BYTES = 262_144;

/** The mirror as the copies of all proxy processes reach it. */
export interface CopySink {
  readonly sink: { submit(exchange: Exchange): void };
  /** Takes what running did for a client. */
  noted(note: StateNote): void;
  /** Counts copies that a proxy process dropped. */
  drop(reason: DropReason, count: number): void;
  /** Why a copy would be dropped now, or null. */
  dropReason(): DropReason | null;
  /** Whether users leave no time in a proxy process. */
  setBusy(isBusy: boolean): void;
}

const scratch = recordBuffer(new SharedArrayBuffer(SCRATCH_BYTES));

/** Passes the copies of one proxy process to the mirror, and counts them. */
export class CopyReceiver {
  readonly #mirror: CopySink;
  #submitted = 0;
  #dropped: Readonly<Partial<Record<DropReason, number>>> = {};

  constructor(mirror: CopySink) {
    this.#mirror = mirror;
  }

  /** Copies submitted or dropped so far. */
  get copies(): number {
    return this.#submitted + totalOf(this.#dropped);
  }

  /** Takes whole records, as a message brought them. */
  take(records: Uint8Array): void {
    const source = aligned(records);
    let offset = 0;
    while (offset < records.byteLength) {
      const exchange = readRecord(source, offset);
      const isNote = isNoteAt(source, offset);
      offset += recordSizeAt(source, offset);
      if (isNote) {
        this.#mirror.noted(unpackNote(exchange));
        continue;
      }
      this.#submitted++;
      this.#mirror.sink.submit(exchange);
    }
  }

  /** `dropped`: sums since the process started. */
  takeDropped(dropped: Readonly<Partial<Record<DropReason, number>>>): void {
    for (const reason of Object.keys(dropped) as DropReason[]) {
      const more = (dropped[reason] ?? 0) - (this.#dropped[reason] ?? 0);
      if (more > 0) this.#mirror.drop(reason, more);
    }
    this.#dropped = dropped;
  }
}

// Private

/** Typed arrays read the records and must begin at a multiple of 8, unlike messages. */
function aligned(records: Uint8Array): typeof scratch {
  const isLarge = records.byteLength > SCRATCH_BYTES;
  const buffer = isLarge ? recordBuffer(new SharedArrayBuffer(records.byteLength)) : scratch;
  buffer.bytes.set(records);
  return buffer;
}
