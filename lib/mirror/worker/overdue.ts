/** Testing may take this many times as long as running, plus the slack, before it is overdue. */
const FACTOR = 4;
const SLACK_MS = 1000;

/**
 * Copies that testing has worked on for much longer than running did. They are evidence still to
 * come: a version that hangs now and then must not be promoted before the time limit shows it.
 * Bounded by the number of copies under way.
 */
export class Overdue<T> {
  readonly #now: () => number;
  readonly #dueAtMs = new Map<T, number>();
  #reported = 0;

  /** `now`: monotonic clock, ms. */
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

  /** How many are overdue now. */
  count(): number {
    const nowMs = this.#now();
    let count = 0;
    for (const dueAtMs of this.#dueAtMs.values()) if (dueAtMs <= nowMs) count++;
    return count;
  }

  /** Whether the number differs from the one reported last; it then counts as reported. */
  isNews(count: number): boolean {
    const isNews = count !== this.#reported;
    this.#reported = count;
    return isNews;
  }
}
