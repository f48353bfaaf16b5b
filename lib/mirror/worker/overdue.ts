/** Testing may take this many times as long as running, and this much more, before it is overdue. */
const FACTOR = 4;
const SLACK_MS = 1000;

/**
 * Copies that testing has worked on for much longer than running did. They are evidence that is not
 * there yet: a version that hangs now and then must not be promoted before the time limit tells.
 * As many as there are copies under way.
 */
export class Overdue<T> {
  readonly #now: () => number;
  readonly #dueAtMs = new Map<T, number>();
  #told = 0;

  /** `now`: a clock in ms that never goes back. */
  constructor(now: () => number) {
    this.#now = now;
  }

  began(copy: T, runningMs: number): void {
    this.#dueAtMs.set(copy, this.#now() + FACTOR * runningMs + SLACK_MS);
  }

  ended(copy: T): void {
    this.#dueAtMs.delete(copy);
  }

  clear(): void {
    this.#dueAtMs.clear();
  }

  /** How many there are now. */
  count(): number {
    const nowMs = this.#now();
    let count = 0;
    for (const dueAtMs of this.#dueAtMs.values()) if (dueAtMs <= nowMs) count++;
    return count;
  }

  /** Whether that number is another one than last told; it then counts as told. */
  isNews(count: number): boolean {
    const isNews = count !== this.#told;
    this.#told = count;
    return isNews;
  }
}
