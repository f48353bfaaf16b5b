import type { ByteBudget } from '../../model/byte-budget.ts';

/** How many requests of a connection may wait for their turn; beyond, its client is not read. */
const WAITING_MAX = 8;
/** How many bytes these may take. */
const WAITING_MAX_BYTES = 262_144;
/** What node and the proxy keep of a request beside its head and body. */
const REQUEST_BYTES = 4096;

/** The requests of one connection that wait for their turn, within limits of its own and one of all together. */
export class TurnQueue<T extends { readonly heldBytes: number }> {
  private readonly budget: ByteBudget;
  private readonly waiting: {
    readonly turn: T;
    readonly bytes: number;
    readonly taken: boolean;
  }[] = [];
  private bytes = 0;

  constructor(budget: ByteBudget) {
    this.budget = budget;
  }

  get size(): number {
    return this.waiting.length;
  }

  get newest(): T | undefined {
    return this.waiting.at(-1)?.turn;
  }

  /** Whether the next request should not be read yet. */
  get isFull(): boolean {
    const newest = this.waiting.at(-1);
    if (newest === undefined) return false;
    return !newest.taken || this.size >= WAITING_MAX || this.bytes >= WAITING_MAX_BYTES;
  }

  push(turn: T): void {
    const bytes = turn.heldBytes + REQUEST_BYTES;
    this.bytes += bytes;
    this.waiting.push({ turn, bytes, taken: this.budget.take(bytes) });
  }

  shift(): T | undefined {
    const first = this.waiting.shift();
    if (first === undefined) return undefined;
    this.bytes -= first.bytes;
    if (first.taken) this.budget.giveBack(first.bytes);
    return first.turn;
  }

  takeAll(): T[] {
    const all: T[] = [];
    for (let turn = this.shift(); turn !== undefined; turn = this.shift()) all.push(turn);
    return all;
  }
}
