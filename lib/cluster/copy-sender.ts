import { LoadShedder, POLL_MS } from '../mirror/load/shedder.ts';
import { watchThreadLoad } from '../mirror/load/thread-load.ts';
import { noteOf, packNote } from '../mirror/state/note.ts';
import { type RecordBuffer, recordBuffer, recordBytes, writeRecord } from '../mirror/wire/codec.ts';
import type { DropReason } from '../mirror/wire/protocol.ts';
import type { Exchange, ExchangeSink, NotedResponse } from '../model/exchange.ts';
import type { ParentChannel } from './parent-channel.ts';
import type { CopyLimits } from './protocol.ts';

/** A batch that does not fill up is sent after this time. */
const FLUSH_MS = 5;

/**
 * The mirror as the proxy of one process sees it: packs exchanges into batches for Vili, where the
 * only mirror is, and drops those for which the channel has no room.
 */
export class CopySender implements ExchangeSink {
  readonly #channel: ParentChannel;
  readonly #limits: CopyLimits;
  readonly #batch: RecordBuffer;
  readonly #shedder: LoadShedder;
  readonly #dropped: Partial<Record<DropReason, number>> = {};
  #mirrorReason: DropReason | null;
  #lastReason: DropReason = 'queue-full';
  #used = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(channel: ParentChannel, limits: CopyLimits, mirrorReason: DropReason | null) {
    this.#channel = channel;
    this.#limits = limits;
    this.#mirrorReason = mirrorReason;
    this.#batch = recordBuffer(new SharedArrayBuffer(limits.batchBytes));
    this.#shedder = new LoadShedder(limits.busyLimit);
    const load = watchThreadLoad();
    setInterval(() => this.#shedder.update(load()), POLL_MS).unref();
  }

  /** Copies dropped here, by reason. */
  dropped(): Readonly<Partial<Record<DropReason, number>>> {
    return { ...this.#dropped };
  }

  /** Whether copies are left out because users need the time. */
  get isShedding(): boolean {
    return this.#shedder.isShedding;
  }

  /** Why the mirror would drop copies now, or null. */
  setMirrorReason(reason: DropReason | null): void {
    this.#mirrorReason = reason;
  }

  full(): boolean {
    const reason = this.#mirrorReason ?? this.#ownReason();
    if (reason !== null) this.#lastReason = reason;
    return reason !== null;
  }

  shed(noRoom?: 'queue-full'): void {
    this.#drop(noRoom ?? this.#lastReason);
  }

  submit(exchange: Exchange): void {
    const size = recordBytes(exchange);
    if (size > this.#limits.queueBytes) return this.#drop('too-large');
    if (this.#channel.unsentBytes + size > this.#limits.queueBytes) return this.#drop('queue-full');
    if (this.#used + size > this.#batch.bytes.length) this.flush();
    if (size > this.#batch.bytes.length) return this.#sendAlone(exchange, size);
    this.#write(exchange, size, false);
  }

  note(response: NotedResponse): void {
    const note = noteOf(response);
    if (note === null || this.#channel.unsentBytes > this.#limits.queueBytes) return;
    const packed = packNote(note);
    const size = recordBytes(packed);
    if (this.#used + size > this.#batch.bytes.length) this.flush();
    if (size <= this.#batch.bytes.length) this.#write(packed, size, true);
  }

  /** Sends what has been collected. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#used === 0) return;
    this.#send(this.#batch.bytes.subarray(0, this.#used));
    this.#used = 0;
  }

  // Private

  #ownReason(): DropReason | null {
    if (this.#channel.unsentBytes > this.#limits.queueBytes || this.#channel.isBehind) {
      return 'queue-full';
    }
    return this.#shedder.admits() ? null : 'busy';
  }

  #drop(reason: DropReason): void {
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + 1;
  }

  #write(exchange: Exchange, size: number, isNote: boolean): void {
    writeRecord(this.#batch, this.#used, size, exchange, isNote);
    this.#used += size;
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  #sendAlone(exchange: Exchange, size: number): void {
    const alone = recordBuffer(new SharedArrayBuffer(size));
    writeRecord(alone, 0, size, exchange);
    this.#send(alone.bytes);
  }

  /** The bytes are copied before this returns. */
  #send(records: Uint8Array): void {
    void this.#channel.send({ type: 'exchanges', records }, records.byteLength);
  }
}
