/** All chunks as one buffer; a single chunk is not copied. */
export function concatenated(chunks: readonly Buffer[]): Buffer {
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}

const FIRST_BYTES = 1024;

/** Bytes that arrive in pieces and are wanted as one, in time that is linear in their number. */
export class GrowingBuffer {
  private space = Buffer.alloc(0);
  private length = 0;

  get bytes(): Buffer {
    return this.space.subarray(0, this.length);
  }

  /** Returns all bytes so far; valid up to the next call. */
  append(piece: Buffer): Buffer {
    const length = this.length + piece.length;
    if (length > this.space.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, 2 * length));
      this.space.copy(larger, 0, 0, this.length);
      this.space = larger;
    }
    piece.copy(this.space, this.length);
    this.length = length;
    return this.bytes;
  }
}
