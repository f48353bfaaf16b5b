import type { Exchange } from '../../model/exchange.ts';

export interface WaitingCopy {
  readonly exchange: Exchange;
  readonly bytes: number;
}

/** First in, first out, bounded in number and bytes. */
export class CopyQueue {
  readonly #limits: { readonly count: number; readonly bytes: number };
  #copies: (WaitingCopy | undefined)[] = [];
  #head = 0;
  #bytes = 0;

  constructor(limits: { readonly count: number; readonly bytes: number }) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#copies.length - this.#head;
  }

  hasRoom(bytes: number): boolean {
    return this.length < this.#limits.count && this.#bytes + bytes <= this.#limits.bytes;
  }

  push(copy: WaitingCopy): void {
    this.#copies.push(copy);
    this.#bytes += copy.bytes;
  }

  peek(): WaitingCopy | undefined {
    return this.#copies[this.#head];
  }

  shift(): WaitingCopy | undefined {
    const copy = this.#copies[this.#head];
    if (copy === undefined) return undefined;
    this.#copies[this.#head++] = undefined;
    this.#bytes -= copy.bytes;
    // Places are freed together, so that each costs constant time.
    if (this.#head > this.#limits.count || this.length === 0) {
      this.#copies = this.#copies.slice(this.#head);
      this.#head = 0;
    }
    return copy;
  }

  /** Empties the queue and returns how many copies were in it. */
  clear(): number {
    const count = this.length;
    this.#copies = [];
    this.#head = 0;
    this.#bytes = 0;
    return count;
  }
}
