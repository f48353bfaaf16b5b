/** Keeps the last bytes of a stream in bounded memory. */
export class TailBuffer {
  readonly #maxBytes: number;
  #bytes = Buffer.alloc(0);

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Buffer): void {
    const joined = Buffer.concat([this.#bytes, chunk]);
    const from = Math.max(0, joined.length - this.#maxBytes);
    // A copy: a slice would keep the whole chunk alive.
    this.#bytes = from === 0 ? joined : Buffer.from(joined.subarray(from));
  }

  text(): string {
    return this.#bytes.toString('utf8');
  }
}
