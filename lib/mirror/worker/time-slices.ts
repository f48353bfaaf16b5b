/** Work pauses after this time until input has been handled: other requests' times stay true. */
const SLICE_MS = 2;

export interface SliceHooks {
  /** Monotonic clock, ms. */
  readonly now: () => number;
  /** Runs `work` after pending input has been handled. */
  readonly later: (work: () => void) => void;
}

export interface SliceWork<T> {
  readonly each: (item: T) => void;
  readonly afterSlice: () => void;
}

/** Does work item by item, in short slices between which the event loop turns. */
export class TimeSlices<T> {
  readonly #hooks: SliceHooks;
  readonly #work: SliceWork<T>;
  #items: T[] = [];
  #isDue = false;

  constructor(hooks: SliceHooks, work: SliceWork<T>) {
    this.#hooks = hooks;
    this.#work = work;
  }

  push(item: T): void {
    this.#items.push(item);
    this.#schedule();
  }

  clear(): void {
    this.#items = [];
  }

  // Private

  #schedule(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#hooks.later(() => this.#runSlice());
  }

  #runSlice(): void {
    this.#isDue = false;
    const untilMs = this.#hooks.now() + SLICE_MS;
    let done = 0;
    for (const item of this.#items) {
      this.#work.each(item);
      done++;
      if (this.#hooks.now() >= untilMs) break;
    }
    this.#items.splice(0, done);
    if (this.#items.length > 0) this.#schedule();
    this.#work.afterSlice();
  }
}
