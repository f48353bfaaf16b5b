/** A time, and how much must be taken in before all that was written until then is known. */
interface Goal {
  readonly atMs: number;
  readonly bytes: number;
}

/**
 * Until when a log is known: whatever was written before is read, or skipped for good. A file that grows as fast as it is
 * read is never read to its end, so what counts is its size at some poll.
 */
export class ReadMark {
  #toMs = Number.NEGATIVE_INFINITY;
  #bytes = 0;
  #goal: Goal | null = null;
  #replacedMs: number | null = null;

  /** Negative infinity while nothing is known. */
  get toMs(): number {
    return this.#toMs;
  }

  /** Counts bytes that were read or skipped. */
  passed(bytes: number): void {
    this.#bytes += bytes;
  }

  /** At the end of a poll that began at `startMs` and leaves so many bytes of what it found. */
  polled(startMs: number, left: number): void {
    if (left === 0) return this.reached(startMs);
    if (this.#goal !== null && this.#bytes >= this.#goal.bytes) this.#move(this.#goal.atMs);
    this.#goal ??= { atMs: startMs, bytes: this.#bytes + left };
  }

  /** There was nothing more to read at `atMs`. */
  reached(atMs: number): void {
    this.#move(atMs);
    this.#replacedMs = null;
  }

  /** Another file is at the path: its lines wait until this one is left. */
  replaced(startMs: number): void {
    this.#replacedMs ??= startMs;
  }

  /** The other file is read from now on. */
  switched(): void {
    if (this.#replacedMs !== null) this.reached(this.#replacedMs);
  }

  #move(toMs: number): void {
    this.#toMs = Math.max(this.#toMs, toMs);
    this.#goal = null;
  }
}
