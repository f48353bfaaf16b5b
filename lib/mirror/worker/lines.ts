import type { WaitingCopy } from './queue.ts';

/** Where so many of a client wait it is rather many clients that look alike: further ones go at once. */
const MAX_LINE = 64;

interface Open {
  /** Copies under way that change what testing knows of the client, and others. */
  changes: number;
  others: number;
  /** Copies that wait for them. */
  waiting: number;
}

/** What a copy has to do with others. */
export interface Place {
  /** Hashes of what identifies its client, before and after. */
  readonly client: readonly number[];
  /** It writes, or hands something out that later copies need. */
  readonly isChange: boolean;
}

interface Waiting {
  readonly copy: WaitingCopy;
  readonly place: Place;
}

/**
 * Lets the copies of one client reach testing in the order of its requests, as soon as one of them changes what
 * testing knows of it: a read never overtakes the write before it. Costs nothing while only reads are copied.
 */
export class Lines {
  readonly #limits: { readonly count: number; readonly bytes: number };
  readonly #open = new Map<number, Open>();
  readonly #entered = new Map<WaitingCopy['exchange'], Place>();
  #waiting: Waiting[] = [];
  #bytes = 0;
  /** A copy that changes something has been seen. */
  #isInUse = false;

  constructor(limits: { readonly count: number; readonly bytes: number }) {
    this.#limits = limits;
  }

  /** Whether any copy has to be looked at. */
  concerns(isChange: boolean): boolean {
    this.#isInUse ||= isChange;
    return this.#isInUse;
  }

  /** `go`: it is under way from now on, until `leave`. */
  enter(copy: WaitingCopy, place: Place): 'go' | 'wait' | 'full' {
    if (!this.#mustWait(place)) {
      this.#enter(copy, place);
      return 'go';
    }
    const { count, bytes } = this.#limits;
    if (this.#waiting.length >= count || this.#bytes + copy.bytes > bytes) return 'full';
    this.#waiting.push({ copy, place });
    this.#bytes += copy.bytes;
    for (const key of place.client) this.#of(key).waiting++;
    return 'wait';
  }

  leave(exchange: WaitingCopy['exchange']): void {
    const place = this.#entered.get(exchange);
    if (place === undefined) return;
    this.#entered.delete(exchange);
    this.#add(place, -1);
  }

  /** The next copy that need not wait any longer, which is now under way. */
  next(): WaitingCopy | undefined {
    const passed = new Set<number>();
    for (const [index, { copy, place }] of this.#waiting.entries()) {
      const isFirst = place.client.every((key) => !passed.has(key));
      if (isFirst && !this.#isBlocked(place)) {
        this.#waiting.splice(index, 1);
        this.#bytes -= copy.bytes;
        for (const key of place.client) this.#of(key).waiting--;
        this.#enter(copy, place);
        return copy;
      }
      for (const key of place.client) passed.add(key);
    }
    return undefined;
  }

  /** Forgets all; returns how many copies waited. */
  clear(): number {
    const count = this.#waiting.length;
    this.#waiting = [];
    this.#bytes = 0;
    this.#open.clear();
    this.#entered.clear();
    return count;
  }

  // Private

  #mustWait(place: Place): boolean {
    let longest = 0;
    for (const key of place.client) {
      longest = Math.max(longest, this.#open.get(key)?.waiting ?? 0);
    }
    return longest < MAX_LINE && (longest > 0 || this.#isBlocked(place));
  }

  #isBlocked({ client, isChange }: Place): boolean {
    return client.some((key) => {
      const open = this.#open.get(key);
      return open !== undefined && (open.changes > 0 || (isChange && open.others > 0));
    });
  }

  #enter({ exchange }: WaitingCopy, place: Place): void {
    this.#entered.set(exchange, place);
    this.#add(place, 1);
  }

  #add({ client, isChange }: Place, count: number): void {
    for (const key of client) {
      const open = this.#of(key);
      if (isChange) open.changes += count;
      else open.others += count;
      if (open.changes + open.others + open.waiting <= 0) this.#open.delete(key);
    }
  }

  #of(key: number): Open {
    const found = this.#open.get(key);
    if (found !== undefined) return found;
    const made = { changes: 0, others: 0, waiting: 0 };
    this.#open.set(key, made);
    return made;
  }
}
