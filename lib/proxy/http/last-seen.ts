/** Longer ones are not kept, for every connection keeps some. */
const MAX_BYTES = 4096;
const NOTHING = Buffer.alloc(0);
/** After so many that were not alike only one in so many is still remembered, to be compared with the next. */
const PATIENCE = 8;

/**
 * What was read from the bytes that came last, to have it at once when the same bytes come again. It is kept
 * from their second time on: to keep what never comes again would cost more than to read it.
 */
export class LastSeen<T> {
  /** Of the bytes that came last; 0 for none, or too many. */
  length = 0;
  private bytes = NOTHING;
  private value: T | null = null;
  private cameAgain = false;
  private misses = 0;

  /** What the bytes of `given` from `start` on mean, if it is known; else they are to be read, and kept. */
  find(given: Buffer, start: number): T | null {
    const { length, bytes } = this;
    const end = start + length;
    this.cameAgain =
      length !== 0 && given.length >= end && given.compare(bytes, 0, length, start, end) === 0;
    return this.cameAgain ? this.value : null;
  }

  /** Keeps these bytes and what they mean; right after `find` has not found it. */
  keep(given: Buffer, start: number, end: number, value: T): void {
    if (this.cameAgain) {
      this.value = value;
      this.misses = 0;
      return;
    }
    if (++this.misses > PATIENCE && this.misses % PATIENCE !== 0) return;
    this.value = null;
    this.length = end - start > MAX_BYTES ? 0 : end - start;
    if (this.length === 0) return;
    // What is there is used again: heads that are never alike should not cost memory each time.
    if (this.bytes.length < this.length) this.bytes = Buffer.allocUnsafeSlow(this.length);
    given.copy(this.bytes, 0, start, end);
  }
}
