/** Longer ones are not kept, for every connection keeps some. */
const MAX_BYTES = 4096;
const NOTHING = Buffer.alloc(0);

/** What was read from the bytes that came last, to have it at once when the same bytes come again. */
export class Known<T> {
  /** Of the bytes; 0 when nothing is known. */
  length = 0;
  private bytes = NOTHING;
  private value: T | null = null;

  /** What they mean, if `given` holds them at `start`, all of them; else null. */
  find(given: Buffer, start: number): T | null {
    const { length, bytes, value } = this;
    const end = start + length;
    if (length === 0 || given.length < end) return null;
    return given.compare(bytes, 0, length, start, end) === 0 ? value : null;
  }

  /** Keeps a copy of these, and what they mean, instead; nothing when they are too many. */
  keep(given: Buffer, start: number, end: number, value: T): void {
    const length = end - start;
    this.length = length > MAX_BYTES ? 0 : length;
    this.value = this.length === 0 ? null : value;
    if (this.length === 0) return;
    // What is there is used again: heads that are never alike should not cost memory each time.
    if (this.bytes.length < length) this.bytes = Buffer.allocUnsafeSlow(length);
    given.copy(this.bytes, 0, start, end);
  }
}
