/** Longer ones are not kept, for every connection keeps some. */
const MAX_BYTES = 4096;
const NOTHING = Buffer.alloc(0);

/** The bytes of a head that has been read, to know the next one like it without reading it. */
export class KnownBytes {
  /** 0 for none. */
  length = 0;
  private bytes = NOTHING;

  /** Whether `given` holds them at `start`, as a whole. */
  isAt(given: Buffer, start: number): boolean {
    const { length, bytes } = this;
    const end = start + length;
    if (length === 0 || given.length < end) return false;
    return given.compare(bytes, 0, length, start, end) === 0;
  }

  /** Keeps a copy of these instead; false when they are too many, and nothing is known then. */
  keep(given: Buffer, start: number, end: number): boolean {
    const length = end - start;
    this.length = length > MAX_BYTES ? 0 : length;
    if (this.length === 0) return false;
    // What is there is used again: heads that are never alike should not cost memory each time.
    if (this.bytes.length < length) this.bytes = Buffer.allocUnsafeSlow(length);
    given.copy(this.bytes, 0, start, end);
    return true;
  }
}
