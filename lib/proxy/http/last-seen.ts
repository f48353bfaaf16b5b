/** Longer byte sequences are not cached, since every connection has a cache. */
const BYTES_MAX = 4096;
const NOTHING = Buffer.alloc(0);
/** After this many misses in a row only one in this many is still remembered for the next comparison. */
const PATIENCE = 8;

/**
 * A cache of one entry: the meaning of the bytes read last, for when the same bytes come again. The meaning is
 * cached from the second time on: caching what never comes again would cost more than reading it.
 */
export class LastSeen<T> {
  /** Length of the remembered bytes; 0 when there are none, or there were too many. */
  length = 0;
  private bytes = NOTHING;
  private value: T | null = null;
  private cameAgain = false;
  private misses = 0;

  /** The cached meaning of the bytes of `given` at `start`; null when they have to be read, then kept. */
  find(given: Buffer, start: number): T | null {
    const { length, bytes } = this;
    const end = start + length;
    this.cameAgain =
      length !== 0 && given.length >= end && given.compare(bytes, 0, length, start, end) === 0;
    return this.cameAgain ? this.value : null;
  }

  /** Keeps these bytes and their meaning; to be called right after a `find` that returned null. */
  keep(given: Buffer, start: number, end: number, value: T): void {
    if (this.cameAgain) {
      this.value = value;
      this.misses = 0;
      return;
    }
    if (++this.misses > PATIENCE && this.misses % PATIENCE !== 0) return;
    this.value = null;
    this.length = end - start > BYTES_MAX ? 0 : end - start;
    if (this.length === 0) return;
    // The buffer is reused: heads that always differ should not allocate each time.
    if (this.bytes.length < this.length) this.bytes = Buffer.allocUnsafeSlow(this.length);
    given.copy(this.bytes, 0, start, end);
  }
}
